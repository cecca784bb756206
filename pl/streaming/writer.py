"""Store bars and indicators behind the events, on a thread of its own."""

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from pl.errors import Unavailable
from pl.market.batches import QUALITY_BACKFILLED, ClosedBars
from pl.signals.table import IndicatorTable, join
from pl.store.bars import BarStore
from pl.store.indicators import IndicatorStore

log = structlog.get_logger()

RETRY_S: Final = 0.5
MOST_MERGED: Final = 500


@dataclass(frozen=True, slots=True)
class Close:
    """Hold what one close leaves behind."""

    bars: ClosedBars
    indicators: IndicatorTable


@dataclass(slots=True)
class Writer:
    """Write closes in order; while PostgreSQL is away they wait, and go together afterwards."""

    symbols: Sequence[str]
    bars: BarStore
    indicators: IndicatorStore
    problem: str = ""
    failure: str = ""
    written: int = 0
    _incoming: "queue.SimpleQueue[Close | None]" = field(default_factory=queue.SimpleQueue)
    _waiting: list[Close] = field(default_factory=list)
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
            while not self._stopping:
                self._step()
        except Exception as error:  # the thread's outer boundary: the loop must hear of it
            log.exception("bar_writer_failed")
            self.failure = f"{type(error).__name__}: {error}"

    def _step(self) -> None:
        """Wait for a close, then write all that have come."""
        try:
            self._accept(self._incoming.get(timeout=RETRY_S))
            while not self._incoming.empty():
                self._accept(self._incoming.get_nowait())
        except queue.Empty:
            pass
        self._write_waiting()

    def _accept(self, close: Close | None) -> None:
        if close is None:
            self._stopping = True
        else:
            self._waiting.append(close)

    def _write_waiting(self) -> None:
        while self._waiting:
            together = self._waiting[:MOST_MERGED]
            try:
                self._write(merged(together))
            except Unavailable as error:
                self.problem = error.detail
                return
            self.problem = ""
            self.written += sum(len(close.bars) for close in together)
            del self._waiting[: len(together)]

    def _write(self, close: Close) -> None:
        fetched = close.bars.quality == QUALITY_BACKFILLED
        if np.any(fetched):
            self.bars.replace_bars(close.bars.take(fetched), self.symbols)
        self.bars.write_bars(close.bars.take(~fetched), self.symbols)
        self.indicators.write_indicators(close.indicators, self.symbols)


def merged(closes: Sequence[Close]) -> Close:
    """Return several closes as one; of a bar that comes again the last word counts."""
    if len(closes) == 1:
        return closes[0]
    bars = ClosedBars(
        *(
            np.concatenate([getattr(close.bars, name) for close in closes])
            for name in ClosedBars.__dataclass_fields__
        )
    )
    order = np.lexsort((np.arange(len(bars)), bars.row, bars.start_ms))
    last = np.ones(len(bars), np.bool_)
    last[:-1] = np.diff(bars.row[order]) != 0
    last[:-1] |= np.diff(bars.start_ms[order]) != 0
    return Close(bars.take(order[last]), join([close.indicators for close in closes]))
