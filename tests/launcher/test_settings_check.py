"""Only settings that both services approved of are taken as approved."""

from pathlib import Path

import pytest

from launcher import problems
from launcher import settings as launcher_settings
from launcher.home import Home
from launcher.problems import StartAborted
from launcher.provision.settings_check import check_settings


def test_a_check_that_fails_itself_approves_of_nothing(tmp_path: Path) -> None:
    pythons = {"PL_PYTHON": "/bin/false", "APPV2_PYTHON": "/bin/true"}
    settings = launcher_settings.load(pythons | {"TICKSTOCK_HOME": str(tmp_path)})
    home = Home(tmp_path)
    for _ in range(2):
        with pytest.raises(StartAborted, match="TickStockPL crashed") as abort:
            check_settings(settings, home, {}, {})
        assert abort.value.problem.kind is problems.CRASHED
        assert "check-settings ended with 1" in abort.value.problem.reason
