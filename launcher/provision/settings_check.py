"""Let both services judge their variables; the launcher knows only its own."""

import subprocess
from collections.abc import Mapping

from launcher.home import Home, Stamp, digest
from launcher.problems import BAD_SETTINGS
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
    asked = [
        _ask(settings, str(settings.producer_python), "pl", producer),
        _ask(settings, str(settings.consumer_python), "appv2", consumer),
    ]
    problems = [line for judge in asked for line in _complaints(judge)]
    if problems:
        raise BAD_SETTINGS.abort(
            "; ".join(problems),
            "correct them in the environment or in .env (see docs/guides/configuration.md)",
        )
    stamp.set()


def _ask(
    settings: Settings, python: str, room: str, environ: Mapping[str, str]
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [python, "-m", room, "check-settings"],
        cwd=settings.root,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _complaints(judge: "subprocess.Popen[str]") -> list[str]:
    _, complaint = judge.communicate()
    if judge.returncode == _EXIT_SETTINGS:
        return complaint.strip().splitlines()
    return [f"the check itself failed: {complaint.strip()[-800:]}"] if judge.returncode else []
