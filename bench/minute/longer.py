"""Fold the market's past into the longer bars that a running market would have stored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bench.minute.market import MINUTE_MS, TRADES, Float64, Minute
from pl.market.batches import ClosedBars
from pl.market.sessions import MarketSessions, Session

LENGTHS: Final = {"5min": 5, "15min": 15, "1hour": 60, "daily": 390}


@dataclass(slots=True)
class Fold:
    """Hold the bar of one timeframe that is still open, for all symbols; sums in order."""

    timeframe: str
    n_minutes: int = 0
    start_ms: int = 0
    _sums: dict[str, Float64] = field(default_factory=dict)

    def add(self, minute: Minute) -> None:
        """Take the next minute."""
        worth = minute.vwap * minute.volume
        if not self.n_minutes:
            self.start_ms = minute.start_ms
            self._sums = {
                "open": minute.open,
                "high": minute.high,
                "low": minute.low,
                "volume": np.zeros(len(worth)),
                "traded": np.zeros(len(worth)),
            }
        sums = self._sums
        sums["high"] = np.maximum(sums["high"], minute.high)
        sums["low"] = np.minimum(sums["low"], minute.low)
        sums["close"] = minute.close
        sums["volume"] = sums["volume"] + minute.volume
        sums["traded"] = sums["traded"] + worth
        self.n_minutes += 1

    def close(self, start_ms: int) -> ClosedBars:
        """Return the bar, begun at `start_ms` by the market's custom, and begin the next one."""
        sums, n = self._sums, len(self._sums["open"])
        trades = np.full(n, TRADES * self.n_minutes, np.int32)
        self.n_minutes = 0
        return ClosedBars(
            np.arange(n, dtype=np.int32),
            np.full(n, start_ms, np.int64),
            sums["open"],
            sums["high"],
            sums["low"],
            sums["close"],
            sums["volume"],
            sums["traded"] / sums["volume"],
            trades,
            np.zeros(n, np.int32),
            np.zeros(n, np.uint8),
        )


Longer = list[tuple[str, ClosedBars]]
"""What closed, in order: its timeframe and the bars of all symbols."""


def folded(minutes: Iterable[Minute], sessions: MarketSessions, found: Longer) -> Iterator[Minute]:
    """Pass minutes of regular sessions on; add to `found` the longer bars that they close."""
    folds = [Fold(name) for name in LENGTHS]
    for minute in minutes:
        session = sessions.session_of(minute.start_ms)
        if session is not None:
            for fold in folds:
                fold.add(minute)
                if _ends(fold, minute, session):
                    found.append((fold.timeframe, fold.close(_start(fold, sessions, session))))
        yield minute


def _ends(fold: Fold, minute: Minute, session: Session) -> bool:
    end_ms = minute.start_ms + MINUTE_MS
    return fold.n_minutes == LENGTHS[fold.timeframe] or end_ms == session.close_ms


def _start(fold: Fold, sessions: MarketSessions, session: Session) -> int:
    if fold.timeframe == "daily":
        return sessions.day_start_ms(session.session_date)
    return fold.start_ms
