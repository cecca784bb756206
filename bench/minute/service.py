"""Run `python -m pl streaming` as the launcher would, and look at it from outside."""

import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from bench.product import NotReady

READY_WITHIN_S: Final = 300.0
STOPPED_WITHIN_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.05


@dataclass
class Streaming:
    """Hold a running Streaming; ready_after_s : from its start to the first answer of /health."""

    process: "subprocess.Popen[bytes]"
    ready_after_s: float
    log: Path
    _seen: psutil.Process = field(init=False)

    def __post_init__(self) -> None:
        self._seen = psutil.Process(self.process.pid)

    @property
    def rss_mib(self) -> float:
        """Resident memory now."""
        return round(float(self._seen.memory_info().rss) / 2**20, 1)

    @property
    def processor_s(self) -> float:
        """Processor seconds used so far."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    def check(self) -> None:
        """Raise NotReady with its last words when it has ended."""
        if self.process.poll() is not None:
            raise NotReady(f"Streaming ended with {self.process.returncode}:\n{_tail(self.log)}")


@contextmanager
def streaming(
    root: Path, python: Path, environ: Mapping[str, str], log: Path
) -> Iterator[Streaming]:
    """Start Streaming, yield it once it answers, and stop it in good order.

    Raises: NotReady when it does not come up.
    """
    began = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [python, "-m", "pl", "streaming"], cwd=root, env=environ, stdout=output, stderr=output
        )
    try:
        _wait(process, int(environ["PL_STREAMING_PORT"]), began, log)
        yield Streaming(process, time.monotonic() - began, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, began: float, log: Path) -> None:
    while time.monotonic() - began < READY_WITHIN_S:
        if process.poll() is not None:
            break
        if _answers(port):
            return
        time.sleep(_LOOK_EVERY_S)
    raise NotReady(f"Streaming did not come up; it said:\n{_tail(log)}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5.0):
            return True
    except OSError:
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-30:])
