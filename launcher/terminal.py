"""The terminal, which may be closed or paused: nobody who serves waits for it."""

import select
import threading
from typing import TextIO

_PATIENCE_S = 1.0


class Terminal:
    """Writes whole lines, one after the other.

    While nobody reads them, as after Ctrl+S or in a pager, what is offered is left out and counted:
    to wait here would leave a service's lines unread, and it would stop in the middle of its work.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._left_out = 0

    def write(self, line: str) -> None:
        """Write a line, however long that takes."""
        with self._lock:
            self._write(line)

    def offer(self, line: str) -> None:
        """Write a line unless nobody reads."""
        with self._lock:
            if not self._takes_a_line():
                self._left_out += 1
                return
            if self._left_out:
                self._write(f"... {self._left_out} lines that nobody read stand in the log files")
                self._left_out = 0
            self._write(line)

    def _takes_a_line(self) -> bool:
        """Tell whether the terminal has room; waits for that once, and not again until it has."""
        patience_s = 0.0 if self._left_out else _PATIENCE_S
        nothing: list[TextIO] = []
        try:
            ready = select.select(nothing, [self._out], nothing, patience_s)
        except (OSError, ValueError):  # no file, or a closed one, of which writing tells
            return True
        return bool(ready[1])

    def _write(self, line: str) -> None:
        try:
            self._out.write(line + "\n")
            self._out.flush()
        except (OSError, ValueError):  # it was closed; the services go on
            return
