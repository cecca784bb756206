"""Both environments with what tests, benchmarks and scripts need, for commands users run."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher import settings as launcher_settings
from launcher.home import Home, Stamp, digest
from launcher.provision.commands import Nobody, Steps
from launcher.provision.environments import Environments
from launcher.provision.packages import Packages

Say = Callable[[str], None]

_WANTED = "requirements-dev.txt"


@dataclass(frozen=True)
class Pythons:
    """Hold the interpreters of both environments."""

    producer: Path
    consumer: Path


def provide(root: Path, say: Say, *, for_tests: bool = True) -> Pythons:
    """Install what is missing and return both interpreters.

    Raises: StartAborted or StepFailed when an installation fails.
    """
    settings = launcher_settings.load(os.environ, root)
    home = Home(settings.home)
    home.prepare()
    steps = Steps(Nobody())
    environments = Environments(settings, home, steps)
    if not environments.are_current():
        environments.provide(say)
    pythons = Pythons(settings.producer_python, settings.consumer_python)
    if for_tests:
        for python in (pythons.producer, pythons.consumer):
            _add_packages(python, root, home, steps, say)
    return pythons


def hand_over(python: Path, arguments: Sequence[str]) -> None:
    """Go on as `python` with these arguments; returns only when it is this process already."""
    if Path(sys.executable).absolute() == python.absolute():
        return
    sys.stdout.flush()
    os.execv(python, [str(python), *arguments])  # noqa: S606 - handing over is the purpose


def _add_packages(python: Path, root: Path, home: Home, steps: Steps, say: Say) -> None:
    folder = python.parent.parent
    base = (folder / "tickstock-stamp").read_text() if (folder / "tickstock-stamp").exists() else ""
    stamp = Stamp(folder / "tickstock-dev-stamp", digest(base, files=[root / _WANTED]))
    if stamp.is_current():
        return
    say(f"{folder.name}: installing what tests and benchmarks need")
    Packages(folder.name, python, root / _WANTED, home.downloads, steps).install(lambda _: None)
    stamp.set()
