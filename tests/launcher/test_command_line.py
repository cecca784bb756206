"""What is wrong with the folder that everything is written to is said, not thrown."""

import os
import stat

import pytest

from launcher import command_line, problems


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_we_may_not_write_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TICKSTOCK_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    assert command_line.main(["--check"]) == problems.NOT_WRITABLE.exit_code
    said = capsys.readouterr().out
    assert f"STARTUP ABORTED: {tmp_path / 'home'} cannot be written" in said
    assert "RECOVERY: sudo chown" in said


def test_a_folder_that_cannot_be_made_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TICKSTOCK_HOME", str(tmp_path / "file" / "home"))
    assert command_line.main(["--check"]) == problems.NO_DISK_SPACE.exit_code
    assert "STARTUP ABORTED" in capsys.readouterr().out
