"""Let both services judge their variables; the launcher knows only its own.

Before anything is installed this Python runs their settings alone, which need no package; later
each service's own interpreter runs its `check-settings`.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from launcher.home import Home, Stamp, digest
from launcher.problems import BAD_SETTINGS, CRASHED, StartAborted
from launcher.settings import Settings

_TOLD = ("PL_", "APPV2_", "MASSIVE_", "DATABASE_", "REDIS_", "SYMBOL_")
_EXIT_SETTINGS = 78


def check_settings(
    settings: Settings, home: Home, producer: Mapping[str, str], consumer: Mapping[str, str]
) -> None:
    """Ask `check-settings` of both services, unless they approved of just these before.

    Raises: StartAborted with every problem at once.
    """
    told = [f"{name}={value}" for name, value in sorted({**producer, **consumer}.items())]
    told = [line for line in told if line.startswith(_TOLD)]
    rooms = ("pl/settings.py", "appv2/settings.py", "service/variables.py")
    judges = [settings.root / room for room in rooms]
    lists = [settings.root / f"requirements-{room}.txt" for room in ("pl", "appv2")]
    stamp = Stamp(home.path / "settings-approved", digest(*told, files=[*judges, *lists]))
    if stamp.is_current():
        return
    judge = ("check-settings",)
    _hear(
        TickStockPL=_ask(settings, producer, settings.producer_python, "pl", *judge),
        TickStockAppV2=_ask(settings, consumer, settings.consumer_python, "appv2", *judge),
    )
    stamp.set()


def check_early(
    settings: Settings, producer: Mapping[str, str], consumer: Mapping[str, str]
) -> None:
    """Judge the variables of both services with this Python.

    Raises: StartAborted with every problem at once.
    """
    python = Path(sys.executable)
    _hear(
        TickStockPL=_ask(settings, producer, python, "pl.settings"),
        TickStockAppV2=_ask(settings, consumer, python, "appv2.settings"),
    )


def _hear(**asked: "subprocess.Popen[str]") -> None:
    heard = {room: judge.communicate()[1].strip() for room, judge in asked.items()}
    problems = [line for room in asked for line in _complaints(asked[room], heard[room])]
    if problems:
        raise BAD_SETTINGS.abort(
            "; ".join(problems),
            "correct them in the environment or in .env (see docs/guides/configuration.md)",
        )
    for room, judge in asked.items():
        if judge.returncode:
            raise _failed(room, judge.returncode, heard[room])


def _ask(
    settings: Settings, environ: Mapping[str, str], python: Path, *module: str
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [python, "-m", *module],
        cwd=settings.root,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _complaints(judge: "subprocess.Popen[str]", heard: str) -> list[str]:
    return heard.splitlines() if judge.returncode == _EXIT_SETTINGS else []


def _failed(room: str, code: int, heard: str) -> StartAborted:
    """Return the abort when the check could not judge: most often a package does not import."""
    venv, short = (".venv-pl", "pl") if room == "TickStockPL" else (".venv-appv2", "appv2")
    return CRASHED.abort(
        f"its check-settings ended with {code}; the last it said:\n{heard[-800:]}",
        f"{venv}/bin/python -m pip install -r requirements-{short}.txt   "
        f"(or rm -r {venv} and start again, when that is the environment in use)",
        service=room,
    )
