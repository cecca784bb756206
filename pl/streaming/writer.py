"""Store bars and indicators behind the events, on a thread of its own."""

import queue
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from pl.errors import Unavailable
from pl.market.batches import QUALITY_BACKFILLED, ClosedBars
from pl.signals.table import IndicatorTable
from pl.store.bars import BarStore
from pl.store.indicators import IndicatorStore

log = structlog.get_logger()

RETRY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Close:
    """Hold what one close leaves behind."""

    bars: ClosedBars
    indicators: IndicatorTable


@dataclass(slots=True)
class Writer:
    """Write closes in order; while PostgreSQL is away they wait."""

    symbols: Sequence[str]
    bars: BarStore
    indicators: IndicatorStore
    problem: str = ""
    failure: str = ""
    written: int = 0
    _incoming: "queue.SimpleQueue[Close | None]" = field(default_factory=queue.SimpleQueue)
    _waiting: deque[Close] = field(default_factory=deque)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start writing."""
        self._thread = threading.Thread(target=self._run, name="bar-writer", daemon=True)
        self._thread.start()

    def submit(self, close: Close) -> None:
        """Queue a close; never blocks."""
        self._incoming.put(close)

    @property
    def waiting(self) -> int:
        """Return how many closes are not stored yet."""
        return self._incoming.qsize() + len(self._waiting)

    def stop(self, timeout_s: float) -> None:
        """Write what is queued, then stop; waits at most `timeout_s`."""
        self._incoming.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except Exception as error:  # the thread's outer boundary: the loop must hear of it
            log.exception("bar_writer_failed")
            self.failure = f"{type(error).__name__}: {error}"

    def _step(self) -> bool:
        try:
            close = self._incoming.get(timeout=RETRY_S)
        except queue.Empty:
            self._write_waiting()
            return True
        if close is not None:
            self._waiting.append(close)
        self._write_waiting()
        return close is not None

    def _write_waiting(self) -> None:
        while self._waiting:
            try:
                self._write(self._waiting[0])
            except Unavailable as error:
                self.problem = error.detail
                return
            self.problem = ""
            self.written += len(self._waiting.popleft().bars)

    def _write(self, close: Close) -> None:
        fetched = close.bars.quality == QUALITY_BACKFILLED
        if np.any(fetched):
            self.bars.replace_bars(close.bars.take(fetched), self.symbols)
        self.bars.write_bars(close.bars.take(~fetched), self.symbols)
        self.indicators.write_indicators(close.indicators, self.symbols)
