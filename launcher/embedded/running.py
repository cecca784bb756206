"""A server that runs in the foreground as our child: wait for it, stop it, kill it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from launcher import guardian


class ServerDied(Exception):
    """Raised when a server ended, or stayed silent, instead of answering; carries its last log."""


class RunningServer:
    """A started server process in a session of its own."""

    def __init__(self, command: Sequence[str], log: Path, stop_signal: signal.Signals) -> None:
        self._log = log
        self._stop_signal = stop_signal
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the process id of the server itself."""
        return self.process.pid

    def wait_until(self, answers: Callable[[], bool], deadline_s: float = 30.0) -> None:
        """Block until the server answers.

        Raises: ServerDied when it ended first or the deadline passed.
        """
        end = time.monotonic() + deadline_s
        while not answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise ServerDied(self._log.read_text(errors="replace")[-2000:])
            time.sleep(0.02)

    def stop(self, deadline_s: float = 10.0) -> None:
        """Ask the server to end, and kill it when the deadline passes."""
        if self.process.poll() is None:
            os.kill(self.pid, self._stop_signal)
        try:
            self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the server's process group at once, as a power cut would.

        Returns when its own children, which PostgreSQL keeps outside the group, are gone too.
        """
        children = children_of(self.pid)
        if self.process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        end = time.monotonic() + 10.0
        while any(guardian.is_alive(pid) for pid in children) and time.monotonic() < end:
            time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    """Return the process ids of a process' children, as far as the machine shows them."""
    return [
        int(process.name) for process in Path("/proc").glob("[0-9]*") if _parent(process) == pid
    ]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended while we looked
        return 0
