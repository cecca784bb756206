"""Run the producer's own commands as processes, on free ports, and ask them."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launcher.ports import any_free

ROOT = Path(__file__).parents[3]
PYTHON = os.environ.get("PL_PYTHON", str(ROOT / ".venv-pl" / "bin" / "python"))
KEY = "test-key"
_OURS = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_", "SYMBOL_")
_PORTS = {"api": "PL_API_PORT", "loader": "PL_LOADER_PORT", "simulator": "PL_SIMULATOR_PORT"}


@dataclass
class Running:
    """A process of ours that answers."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """The address of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def health(self) -> dict[str, Any]:
        """What `/health` says."""
        return ask(self.url + "/health")[1]

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """End it in good order; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def ask(url: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
    """Return status and JSON of an answer."""
    raw = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, raw, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read() or b"null")


def until(found: Callable[[], Any], what: str, within_s: float = 60.0) -> Any:
    """Return the first true answer; fails naming what did not come."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.02)
    pytest.fail(f"{what}: did not come within {within_s:g} s")


def environment(**variables: object) -> dict[str, str]:
    """Return this environment without our own variables, and with those given."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return outer | {name: str(value) for name, value in variables.items()}


def finished(name: str, variables: Mapping[str, str]) -> tuple[int, str]:
    """Run a command that must end by itself; return exit code and what it said."""
    done = subprocess.run(
        [PYTHON, "-m", "pl", name],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


@contextmanager
def running(name: str, variables: Mapping[str, str], folder: Path) -> Iterator[Running]:
    """Start a command and wait until it is healthy; whatever is left of it is ended."""
    port = any_free()
    log = folder / f"{name}-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [PYTHON, "-m", "pl", name],
            cwd=ROOT,
            env={**variables, _PORTS[name]: str(port)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    started = Running(name, port, process, log)
    try:
        until(lambda: _answers(started), f"{name} answers", 120)
        yield started
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def _answers(started: Running) -> bool:
    if started.process.poll() is not None:
        pytest.fail(f"{started.name} ended:\n{started.log.read_text()}")
    try:
        return bool(started.health())
    except OSError:
        return False
