"""A process ends with the code that names the reaction it wants, and says why."""

import pytest

from service import exits
from service.errors import SettingsError, Unavailable


def failing(error: Exception) -> int:
    raise error


def test_a_commands_own_code_passes() -> None:
    assert exits.code_of(lambda: 3) == 3


def test_wrong_settings_exit_78_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.code_of(lambda: failing(SettingsError(["A: wrong", "B: absent"]))) == 78
    assert capsys.readouterr().err == "A: wrong\nB: absent\n"


def test_a_dependency_that_is_away_exits_69(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.code_of(lambda: failing(Unavailable("Redis", "refused"))) == 69
    assert capsys.readouterr().err == "Redis: refused\n"


def test_our_own_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        exits.code_of(lambda: failing(ZeroDivisionError()))
