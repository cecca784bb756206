"""Our own servers are not begun where they could not live."""

import shutil
from collections import namedtuple

import pytest

from launcher import problems, settings
from launcher.home import Home
from launcher.problems import StartAborted
from launcher.provision.servers import own_postgres

Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_named_before_postgresql_would_break_off(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 4_300_000))
    with pytest.raises(StartAborted) as abort:
        own_postgres(settings.load({"TICKSTOCK_HOME": str(tmp_path)}), Home(tmp_path))
    found = abort.value.problem
    assert found.kind is problems.NO_DISK_SPACE
    assert "4 MB are free" in found.reason
    assert "TICKSTOCK_HOME" in found.recovery
