"""A process ends with the code that names the reaction it wants, and says why."""

import pytest

from service import exits
from service.errors import SettingsError, Unavailable


def failing(error: BaseException) -> int:
    raise error


def test_a_commands_own_code_passes() -> None:
    assert exits.code_of(lambda: 3) == 3


def test_wrong_settings_exit_78_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.code_of(lambda: failing(SettingsError(["A: wrong", "B: absent"]))) == 78
    assert capsys.readouterr().err == "A: wrong\nB: absent\n"


def test_a_dependency_that_is_away_exits_69(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.code_of(lambda: failing(Unavailable("Redis", "refused"))) == 69
    assert capsys.readouterr().err == "Redis: refused\n"


def test_our_own_bug_exits_70_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.code_of(lambda: failing(ZeroDivisionError("by zero"))) == 70
    said = capsys.readouterr().err
    assert "in failing" in said
    assert said.endswith("\nThis is a bug of ours: ZeroDivisionError: by zero\n")


def test_who_is_interrupted_is_no_bug() -> None:
    with pytest.raises(KeyboardInterrupt):
        exits.code_of(lambda: failing(KeyboardInterrupt()))
