"""Store bars and indicators behind the events, on a thread of its own."""

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from pl.store.closes import Close, CloseStore, merged
from pl.store.spooled_closes import SpooledCloses
from service.errors import Unavailable

log = structlog.get_logger()

RETRY_S: Final = 0.5
MOST_MERGED: Final = 200_000
"""Rows that are written together."""
DRAINED_AT_ONCE: Final = 32
"""Records brought from disk before the queue is looked at again."""
MOST_HELD: Final = 1_000_000
"""Rows kept in memory, some 200 MB, when neither PostgreSQL nor the disk takes them."""


@dataclass(slots=True)
class Writer:
    """Write closes in order; while PostgreSQL is away they wait on disk.

    database, disk : why PostgreSQL and the spool take nothing, empty while they do; failure : a
    bug of ours, or more than memory should hold. All are read from other threads.
    """

    symbols: Sequence[str]
    store: CloseStore
    spool: SpooledCloses
    database: str = ""
    disk: str = ""
    failure: str = ""
    most_held: int = MOST_HELD
    _incoming: "queue.SimpleQueue[Close | None]" = field(default_factory=queue.SimpleQueue)
    _held: list[Close] = field(default_factory=list)
    _stopping: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start writing."""
        self._thread = threading.Thread(target=self._run, name="bar-writer", daemon=True)
        self._thread.start()

    def submit(self, close: Close) -> None:
        """Queue a close; never blocks."""
        self._incoming.put(close)

    @property
    def problem(self) -> str:
        """Return why closes wait, empty while they do not."""
        return "; ".join(filter(None, (self.database, self.disk)))

    @property
    def waiting(self) -> int:
        """Return how many closes are not stored yet."""
        return self._incoming.qsize() + len(self._held) + self.spool.waiting

    def stop(self, timeout_s: float) -> None:
        """Write what is queued, or leave it on disk, then stop; waits at most `timeout_s`."""
        self._incoming.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._step()
        except Exception as error:  # the thread's outer boundary: the loop must hear of it
            log.exception("bar_writer_failed")
            self.failure = f"{type(error).__name__}: {error}"

    def _step(self) -> None:
        """Wait for a close, then write all that have come, behind what waits on disk."""
        try:
            self._accept(self._incoming.get(timeout=RETRY_S))
            while not self._incoming.empty():
                self._accept(self._incoming.get_nowait())
        except queue.Empty:
            pass
        if self.database or self.spool.waiting:
            self._set_down()
            self._drain()
        if not self.spool.waiting:
            self._write_held()

    def _accept(self, close: Close | None) -> None:
        if close is None:
            self._stopping = True
        else:
            self._held.append(close)

    def _write_held(self) -> None:
        while self._held:
            n_together = self._together()
            try:
                for close in merged(self._held[:n_together]):
                    self.store.write(close, self.symbols)
            except Unavailable as error:
                self.database = error.detail
                self._set_down()
                return
            self.database = ""
            del self._held[:n_together]

    def _together(self) -> int:
        """Return how many closes, at least one, make a write of bounded size."""
        n_rows = 0
        for n_closes, close in enumerate(self._held):
            n_rows += len(close)
            if n_closes and n_rows > MOST_MERGED:
                return n_closes
        return len(self._held)

    def _set_down(self) -> None:
        """Move what is held to disk; a disk that takes nothing leaves it in memory for a while."""
        try:
            while self._held:
                self.spool.append(self._held[0], self.symbols)
                del self._held[0]
        except OSError as error:
            self.disk = str(error)
            if sum(map(len, self._held)) > self.most_held:
                raise
        else:
            self.disk = ""

    def _drain(self) -> None:
        try:
            self.spool.drain(DRAINED_AT_ONCE)
        except Unavailable as error:
            self.database = error.detail
        else:
            self.database = ""
