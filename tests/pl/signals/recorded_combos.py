"""Feed recorded days and minutes of real symbols to the combos."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from pl.market.batches import ClosedBars
from pl.market.sessions import ExchangeSessions, xnys_sessions
from pl.signals.combos.days import Days
from pl.signals.combos.tier import Combos, take_days
from pl.signals.engine import SignalEngine
from pl.signals.signal import Signal
from tests.pl.signals.synthetic import held, join, span

SYMBOLS = ("SPY", "IBM", "BAC", "AIG", "AAPL")
DAYS_BEFORE = 700
DAY = 1
"""Marks a batch of daily bars; the others are minutes."""
MINUTE = 0

SessionOpen = Callable[[int], int]
Batch = tuple[int, ClosedBars]


def calendar() -> ExchangeSessions:
    """Return the sessions of New York around the recorded ones."""
    return xnys_sessions(date(2010, 1, 1), date(2014, 12, 31))


def _bars(rows: np.ndarray, start_ms: np.ndarray, frame: pd.DataFrame) -> ClosedBars:
    n = len(frame)
    prices = [frame[name].to_numpy(np.float64).copy() for name in ("open", "high", "low", "close")]
    bars = ClosedBars(
        rows.astype(np.int32),
        start_ms.astype(np.int64),
        *prices,
        frame["volume"].to_numpy(np.float64).copy(),
        np.full(n, np.nan),
        np.ones(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )
    return bars.take(np.lexsort((bars.row, bars.start_ms)))


def _rows(frame: pd.DataFrame) -> np.ndarray:
    return frame["symbol"].astype(str).map(SYMBOLS.index).to_numpy()


def read_days(data: Path, sessions: ExchangeSessions) -> ClosedBars:
    """Return the daily bars, which start at their session's open."""
    frame = pd.read_parquet(data / "lean" / "daily_raw.parquet")
    opens = {s.session_date: s.open_ms for s in sessions.sessions}
    day = pd.to_datetime(frame["date"]).dt.date
    frame = frame[frame["symbol"].astype(str).isin(SYMBOLS) & day.isin(opens.keys())]
    start = pd.to_datetime(frame["date"]).dt.date.map(opens).to_numpy(np.int64)
    return _bars(_rows(frame), start, frame)


def read_minutes(data: Path, sessions: ExchangeSessions) -> ClosedBars:
    """Return the minutes of regular hours."""
    frame = pd.read_parquet(data / "lean" / "minute_trade_bars.parquet")
    frame = frame[frame["symbol"].astype(str).isin(SYMBOLS)].drop_duplicates(["symbol", "t"])
    last = sessions.sessions[-1].close_ms
    frame = frame[frame["t"] < last]
    frame = frame[sessions.regular(frame["t"].to_numpy(np.int64))]
    return _bars(_rows(frame), frame["t"].to_numpy(np.int64), frame)


def in_order(days: ClosedBars, minutes: ClosedBars, sessions: ExchangeSessions) -> list[Batch]:
    """Return days and minutes as they come: each day when its session is over."""
    first, last = int(minutes.start_ms[0]), int(minutes.start_ms[-1])
    batches: list[Batch] = [(DAY, days.take(days.start_ms < sessions.anchor_ms("1min", first)))]
    opens = [s.open_ms for s in sessions.sessions if first - 86_400_000 < s.open_ms <= last]
    for opened in opens:
        inside = (minutes.start_ms >= opened) & (minutes.start_ms < sessions.next_open(opened))
        batches.append((MINUTE, minutes.take(inside)))
        batches.append((DAY, days.take(days.start_ms == opened)))
    return [batch for batch in batches if len(batch[1])]


@dataclass
class Market:
    """Hold both engines and the combos of a timeframe over them."""

    days: Days
    combos: Combos

    @staticmethod
    def of(
        symbols: Sequence[str],
        session_open: SessionOpen,
        year_open: SessionOpen,
        timeframe: str = "1min",
        session_bars: int = 390,
    ) -> "Market":
        intraday = SignalEngine(
            symbols, timeframe, "intraday", session_open, session_bars=session_bars
        )
        daily = SignalEngine(symbols, "daily", "daily", year_open, session_bars=366)
        days = Days(daily, session_open)
        return Market(days, Combos(symbols, intraday, days, timeframe, session_open))

    def take(self, batch: Batch) -> list[Signal]:
        """Return the log entries of the combos that a batch brings."""
        kind, bars = batch
        if kind == DAY:
            _, (log,) = take_days(self.days, bars, [self.combos])
            return log.signals()
        return self.combos.take(bars).judge().combos.signals()

    def warm(self, before: Iterable[Batch], symbols: Sequence[str]) -> None:
        """Start again with what a database would hold of what came before."""
        batches = list(before)
        engines = {MINUTE: self.combos.engine, DAY: self.days.engine}
        for kind, engine in engines.items():
            parts = [bars for of, bars in batches if of == kind]
            if not parts:
                continue
            stored = held(join(parts))
            for row in range(len(symbols)):
                engine.warm(row, stored.take(stored.row == row))
        self.days.recall()
        self.combos.recall()


def new_york(sessions: ExchangeSessions) -> Market:
    """Return the recorded symbols' market."""
    return Market.of(
        SYMBOLS,
        lambda ms: sessions.anchor_ms("1min", ms),
        lambda ms: sessions.anchor_ms("daily", ms),
    )


def log_of(market: Market, batches: Iterable[Batch]) -> list[Signal]:
    """Return the combos' log of batches."""
    return [entry for batch in batches for entry in market.take(batch)]


def cut(batches: Iterable[Batch], every: int) -> list[Batch]:
    """Return the same bars in batches of `every` at most."""
    parts: list[Batch] = []
    for kind, bars in batches:
        edges = [*range(0, len(bars), every), len(bars)]
        parts += [(kind, span(bars, begin, end)) for begin, end in pairwise(edges)]
    return parts
