"""What the person at the terminal sees, and the log file of each service."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from launcher.problems import Problem
from launcher.terminal import Terminal

_LARGEST_LOG = 10_000_000


class Console:
    """One stream of lines; each service's lines carry its name and also go to its own file."""

    def __init__(self, logs: Path | None, out: TextIO | None = None) -> None:
        self._logs = logs
        self._terminal = Terminal(out or sys.stdout)
        self._lock = threading.Lock()
        self._began: dict[str, int] = {}

    def say(self, line: str) -> None:
        """Print a line of the launcher's own; keep it in launcher.log."""
        if self._logs:
            with self._lock:
                self._keep("launcher", f"{line}\n".encode())
        self._terminal.offer(line)

    def _keep(self, key: str, line: bytes) -> None:
        """Append to a log file as far as the disk takes it.

        A process whose lines nobody reads any more stops, and so would everything without us.
        """
        with suppress(OSError), self.log_path(key).open("ab", buffering=0) as log:
            log.write(line)

    def show(self, line: str) -> None:
        """Print a line on the terminal only, never into a file: secrets go this way."""
        self._terminal.write(line)

    def setup(self, line: str) -> None:
        """Say a step of the preparation."""
        self.say(f"[SETUP] {line}")

    def valid(self, line: str) -> None:
        """Say that a check passed that carries the validation prefix."""
        self.say(f"[VALIDATION] ✅ {line}")

    def passed(self, line: str) -> None:
        """Say that a check passed."""
        self.say(f"✅ {line}")

    def aborted(self, problem: Problem) -> None:
        """Say why nothing runs and what to do about it."""
        for line in problem.detail:
            self.say(f"[VALIDATION] ❌ CRITICAL: {line}")
        self._explain(f"❌ STARTUP ABORTED: {problem.what}", problem)

    def stopped(self, problem: Problem) -> None:
        """Say why what ran is being stopped and what to do about it."""
        self._explain(f"❌ STOPPED: {problem.what}", problem)

    def _explain(self, headline: str, problem: Problem) -> None:
        self.say(headline)
        self.say(f"REASON: {problem.reason}")
        self.say(f"RECOVERY: {problem.recovery}")

    def log_path(self, key: str) -> Path:
        """Return the log file of a service; log files are needed only once something runs."""
        return (self._logs or Path()) / f"{key}.log"

    def follow(self, name: str, key: str, source: BinaryIO, *, echo: bool) -> threading.Thread:
        """Copy what a process writes to its log file, and with its name to the terminal."""
        path = self.log_path(key)
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        self._keep(key, b"")  # there from the start, whoever looks for it
        self._began[key] = path.stat().st_size if path.exists() else 0
        thread = threading.Thread(
            target=self._copy, args=(name, key, source, echo), daemon=True, name=f"log {key}"
        )
        thread.start()
        return thread

    def _copy(self, name: str, key: str, source: BinaryIO, echo: bool) -> None:
        with source:
            for line in source:
                self._keep(key, line)
                if echo:
                    self._terminal.offer(f"[{name}] {line.decode(errors='replace').rstrip()}")

    def last_lines(self, key: str, n: int = 12) -> list[str]:
        """Return the end of what a service's process said since it was started."""
        path = self.log_path(key)
        if not path.exists():
            return []
        with path.open("rb") as log:
            log.seek(max(self._began.get(key, 0), path.stat().st_size - 8000))
            return log.read().decode(errors="replace").splitlines()[-n:]
