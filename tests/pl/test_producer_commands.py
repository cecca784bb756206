"""A command of the producer ends with the code that names the reaction it wants."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.ports import any_free
from pl.__main__ import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:secret@127.0.0.1:{any_free()}/d")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("MASSIVE_API_KEY", "key")
    monkeypatch.delenv("PL_FEED", raising=False)


def test_settings_in_order_exit_0() -> None:
    assert main(["check-settings"]) == 0


def test_wrong_settings_exit_78_naming_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PL_FEED", "tape")
    monkeypatch.setenv("PL_FEDE", "x")
    assert main(["check-settings"]) == 78
    assert capsys.readouterr().err.splitlines() == [
        "PL_FEED: expected one of massive, redis, replay, was tape",
        "PL_FEDE: no such variable, did you mean PL_FEED?",
    ]


@pytest.mark.parametrize("command", [["migrate"], ["universe", "list"]])
def test_a_database_that_is_away_exits_69_without_its_password(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 69
    said = capsys.readouterr().err
    assert said.startswith("PostgreSQL: ")
    assert "secret" not in said


def test_a_bug_of_ours_exits_70_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: argparse.Namespace) -> int:
        raise ZeroDivisionError("by zero")

    assert main(["api"], {"api": broken}) == 70
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("This is a bug of ours: ZeroDivisionError: by zero\n")


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["universe"], ["api", "--check"]])
def test_a_command_line_that_makes_no_sense_is_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m pl" in capsys.readouterr().err


def test_help_says_what_each_command_does() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "pl", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(name in said.stdout for name in COMMANDS)
    assert "Watch the market until told to stop." in said.stdout
