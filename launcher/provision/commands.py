"""Run preparation steps, pass on what they say, and end them when the start is given up."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class StepFailed(Exception):
    """Raised when a preparation command fails; carries the end of what it said."""

    def __init__(self, command: Sequence[str], exit_code: int, output: str) -> None:
        super().__init__(f"`{' '.join(command[:6])}` ended with {exit_code}:\n{output}")
        self.command = tuple(command)
        self.output = output
        self.exit_code = exit_code

    @property
    def disk_is_full(self) -> bool:
        """Return whether the command ran out of disk space."""
        return "No space left on device" in self.output or "ENOSPC" in self.output


class Holder(Protocol):
    """Whoever ends a process group should we vanish: the guardian."""

    def hold_group(self, pgid: int) -> None:
        """Take care of a group."""

    def let_go(self, pgid: int) -> None:
        """Forget a group."""


class Nobody:
    """Holds nothing, for callers that need no guardian."""

    def hold_group(self, pgid: int) -> None:
        """Take no care of the group."""

    def let_go(self, pgid: int) -> None:
        """Forget nothing."""


class Steps:
    """The preparation commands that run at the moment, each in a process group of its own."""

    def __init__(self, holder: Holder) -> None:
        self._holder = holder
        self._running: set[int] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environ: Mapping[str, str] | None = None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> str:
        """Run a command, calling `heard` with each line; return its output.

        Raises: StepFailed when it does not end with 0; InterruptedError once all was stopped.
        """
        if self._stopped:
            raise InterruptedError(f"{command[0]} is not run: everything stops")
        lines: list[str] = []
        with subprocess.Popen(
            command,
            cwd=folder,
            env={**clean_environment(), **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            self._begin(process.pid)
            try:
                for line in process.stdout or ():
                    lines.append(line)
                    heard(line.rstrip())
                process.wait()
            finally:
                self._finish(process)
        if process.returncode != 0:
            raise StepFailed(command, process.returncode, "".join(lines)[-2000:])
        return "".join(lines)

    def _begin(self, pid: int) -> None:
        self._holder.hold_group(pid)
        with self._lock:
            self._running.add(pid)
            if self._stopped:
                _kill(pid)

    def _finish(self, process: "subprocess.Popen[str]") -> None:
        """Forget a command that has ended, or end it: whoever waited for it was interrupted."""
        if process.poll() is None:
            _kill(process.pid)
        with self._lock:
            self._running.discard(process.pid)
        self._holder.let_go(process.pid)

    def stop(self) -> None:
        """End every command that runs, and let none begin."""
        with self._lock:
            self._stopped = True
            for pid in self._running:
                _kill(pid)


def _kill(pgid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pgid, signal.SIGKILL)


_ASTRAY = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_OURS = ("APPV2_", "DATABASE_", "MASSIVE_", "PL_", "REDIS_", "TICKSTOCK_")


def clean_environment() -> dict[str, str]:
    """Return our environment for a program that is none of our services.

    Left out is what would lead another interpreter astray, and our keys and logins: packages run
    code of their own while they are installed.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _ASTRAY and not name.startswith(_OURS)
    }
