"""Hold the trades on combos that have not ended, of all symbols together."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pl.market.batches import Int64
from pl.signals.combos.begun import Begun
from pl.signals.combos.hit import ComboHit
from pl.signals.combos.living import (
    FOREVER,
    TradeEnds,
    Trades,
    endings_at,
    live_on,
    trades_of,
    trades_on,
)
from pl.signals.endings import Ending
from pl.signals.engine import SignalEngine
from pl.signals.life import LASTING

Flags = npt.NDArray[np.bool_]
Writer = Callable[[Int64], list[ComboHit]]


class Unwritten(NamedTuple):
    """Hold n hits that are written when somebody reads them.

    source : (n,) objects, who writes each; place : (n,) int64 what the writer calls it.
    """

    source: npt.NDArray[np.object_]
    place: Int64

    @staticmethod
    def by(write: Writer, n: int) -> "Unwritten":
        """Return the `n` hits that a writer knows."""
        return Unwritten(np.full(n, write, np.object_), np.arange(n))

    def take(self, places: Flags | Int64) -> "Unwritten":
        """Return the hits at `places`."""
        return Unwritten(self.source[places], self.place[places])

    def write(self, places: Int64) -> list[ComboHit]:
        """Return the hits at places, those of a writer together."""
        source, place = self.source[places], self.place[places]
        written: dict[int, ComboHit] = {}
        writers = {id(write): write for write in source.tolist()}
        whose = np.array([id(write) for write in source.tolist()], np.int64)
        for name, write in writers.items():
            mine = np.flatnonzero(whose == name)
            written.update(zip(mine.tolist(), write(place[mine]), strict=True))
        return [written[k] for k in range(len(places))]


class Ended(NamedTuple):
    """Hold n trades, their hits and how they ended; cause_ms : (n,) as in `TradeEnds`."""

    trades: Trades
    hits: Unwritten
    endings: Sequence[Ending]
    cause_ms: Int64


class OpenTrades:
    """Hold the trades that have not ended, in the order in which they began.

    They follow from the bars that are held, so they are a cache that a restart fills again.
    is_over : rows and opens of sessions (n,) -> which of those are complete.
    """

    def __init__(self, engine: SignalEngine, is_over: Callable[[Int64, Int64], Flags]) -> None:
        self._engine = engine
        self._is_over = is_over
        self.clear()

    def __len__(self) -> int:
        return len(self._hits.place)

    def clear(self) -> None:
        """Forget all of them."""
        self._trades = trades_of((), ())
        self._hits = Unwritten.by(lambda _: [], 0)

    def add(self, hits: Sequence[ComboHit], session_ms: Sequence[int]) -> None:
        """Open hits at the bars that triggered them."""
        if hits:
            self._open(trades_of(hits, session_ms), lambda at: [hits[k] for k in at.tolist()])

    def begin(self, begun: Begun) -> None:
        """Open what a close triggered."""
        if len(begun):
            self._open(trades_on(begun), begun.write)

    def _open(self, trades: Trades, write: Writer) -> None:
        hits = Unwritten.by(write, len(trades.row))
        both = zip(self._trades, trades, strict=True)
        self._trades = Trades._make(np.concatenate(columns) for columns in both)
        both_hits = zip(self._hits, hits, strict=True)
        self._hits = Unwritten._make(np.concatenate(columns) for columns in both_hits)

    def drop(self, rows: Int64) -> None:
        """Forget the trades of rows, whose bars have changed."""
        if len(self):
            self._keep(~np.isin(self._trades.row, rows))

    def live(self, opened: int) -> Ended:
        """Let them live through the bars held by now, those from `opened` on of that session.

        Returns what ended, which is open no more.
        """
        trades = self._trades
        trades.until_ms[:] = np.where(trades.session_ms < opened, opened, FOREVER)
        ends = TradeEnds.of(len(self))
        live_on(self._engine.history, trades, self._is_over(trades.row, trades.session_ms), ends)
        ended = np.flatnonzero(ends.life != LASTING)
        out = Ended(
            trades.take(ended),
            self._hits.take(ended),
            endings_at(trades, ends, ended),
            ends.cause_ms[ended],
        )
        self._keep(ends.life == LASTING)
        return out

    def _keep(self, kept: Flags) -> None:
        if not kept.all():
            self._trades = self._trades.take(kept)
            self._hits = self._hits.take(kept)
