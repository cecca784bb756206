"""Ask the libraries of indicators, which run in an environment and a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from bench.engine.market import Float64
from launcher import settings as launcher_settings
from launcher.home import Home
from launcher.provision.commands import Nobody, Steps
from launcher.provision.venvs import Venv

SCRIPT: Final = "bench/peers/indicators.py"
REQUIREMENTS: Final = "bench/peers/requirements-indicators.txt"


def peers_python(root: Path) -> Path:
    """Return the interpreter of the peers' environment, made when it is missing.

    Raises: StartAborted when the installation fails.
    """
    home = Home(launcher_settings.load(os.environ, root).home)
    home.prepare()
    folder = home.path / "bench" / "indicators"
    venv = Venv("peers", folder, root / REQUIREMENTS, home.downloads, Steps(Nobody()))
    if not venv.is_current():
        venv.make(lambda line: print(f"[SETUP] {line}", flush=True))
    return venv.python


class Peers:
    """A process that computes with the other libraries; see `bench.peers.indicators`."""

    def __init__(self, root: Path, bars_file: Path) -> None:
        self._process = subprocess.Popen(
            [str(peers_python(root)), str(root / SCRIPT), str(bars_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def versions(self) -> dict[str, str]:
        """Return the version of each library."""
        found: dict[str, str] = self._ask("versions")
        return found

    def values(self, name: str, n_symbols: int) -> Float64:
        """Return the indicators after the last bar of the first symbols, (n_symbols, N)."""
        return np.array(self._ask(f"values|{name}|{n_symbols}"), np.float64)

    def us_a_bar(self, name: str, n_symbols: int) -> float:
        """Return the processor time of one bar of one symbol, in microseconds."""
        seconds, updates = self._ask(f"seconds|{name}|{n_symbols}")
        return float(1e6 * seconds / updates)

    def _ask(self, question: str) -> Any:
        ask, answers = self._process.stdin, self._process.stdout
        if ask is None or answers is None:
            raise AssertionError("both pipes were asked for")
        print(question, file=ask, flush=True)
        answer = answers.readline()
        if not answer:
            sys.exit(f"{SCRIPT} ended at the question {question}")
        return json.loads(answer)
