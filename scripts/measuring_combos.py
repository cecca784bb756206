"""Measure how often each combo fires on recorded sessions and on random walks of their moves.

A walk draws days and minutes of the same symbol: warm-up days in drawn order, then sessions that
open with the gap of a drawn day and go on with drawn minutes, at that day's volume. Each minute is
drawn among the recorded ones of its time of day, so that a session keeps its course of volume and
ranges: lively at its ends, calm at noon. The minutes are without their mean and scaled to what the
symbol's days move from open to close, for those recorded are few and of lively weeks. The day of
such a session is what its minutes make of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Float64, Int64
from pl.market.coarser import coarser
from pl.market.sessions import ExchangeSessions
from pl.signals.combos.catalogue import COMBOS
from pl.signals.entries import Entries
from tests.pl.signals.recorded_combos import (
    DAY,
    SYMBOLS,
    Batch,
    Market,
    calendar,
    in_order,
    read_days,
    read_minutes,
)
from tests.pl.signals.synthetic import join

WARM_UP_DAYS: Final = 300
WALKED_SESSIONS: Final = 850
SESSION_MINUTES: Final = 390
MINUTE_MS: Final = 60_000
SESSION_BARS: Final = {"1min": 390, "5min": 78}
Batches = list[Batch]


@dataclass(frozen=True, slots=True)
class Moves:
    """Hold bars as logarithms of open, high, low and close over the close before, and volumes."""

    prices: Float64
    volume: Float64

    @staticmethod
    def of(bars: ClosedBars) -> "Moves":
        """Return the moves of one symbol's bars."""
        prices = np.column_stack([bars.open, bars.high, bars.low, bars.close])
        return Moves(np.log(prices[1:] / prices[:-1, 3:]), bars.volume[1:])


MIRRORED: Final = [0, 2, 1, 3]
"""Open, low, high and close: what a move's mirror image has for its own."""


@dataclass(frozen=True, slots=True)
class Course:
    """Hold the minutes of recorded sessions by their time of day.

    moves : minutes in any order, those of a session's first bar over its own open, volume as a
    share of its session's; places : by minute of the session, which of them were recorded at it.
    """

    moves: Moves
    places: list[Int64]

    @staticmethod
    def of(minutes: ClosedBars, sessions: ExchangeSessions) -> "Course":
        """Return one symbol's minutes of regular hours."""
        opens = np.array([sessions.anchor_ms("1min", ms) for ms in minutes.start_ms.tolist()])
        at = (minutes.start_ms - opens) // MINUTE_MS
        prices = np.column_stack([minutes.open, minutes.high, minutes.low, minutes.close])
        before = np.append(minutes.open[0], minutes.close[:-1])
        first = np.append(True, np.diff(opens) > 0)
        before[first] = minutes.open[first]
        _, session = np.unique(opens, return_inverse=True)
        share = minutes.volume / np.bincount(session, minutes.volume)[session]
        moves = Moves(np.log(prices / before[:, None]), share)
        return Course(moves, [np.flatnonzero(at == minute) for minute in range(SESSION_MINUTES)])

    def drawn(self, dice: np.random.Generator) -> Int64:
        """Return which minutes make a session, in its order."""
        return np.array([places[dice.integers(len(places))] for places in self.places])


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold walked days and minutes of all symbols, each sorted by (start_ms, row)."""

    days: ClosedBars
    minutes: ClosedBars


def drawn(home: Path, dice: np.random.Generator) -> Drawn:
    """Return walks of the days and minutes recorded below `home`."""
    sessions = calendar()
    return walk(read_days(home, sessions), read_minutes(home, sessions), sessions, dice)


def logs(days: ClosedBars, minutes: ClosedBars, timeframe: str) -> tuple[int, Iterator[Entries]]:
    """Return how many bars of a timeframe there are, and what the combos say of them."""
    sessions = calendar()
    bars = minutes if timeframe == "1min" else coarser(minutes, timeframe, sessions)
    return len(bars), _logs(in_order(days, bars, sessions), timeframe, sessions)


def recorded_logs(home: Path, timeframe: str) -> tuple[int, Iterator[Entries]]:
    """Return likewise what they say of the recorded sessions."""
    sessions = calendar()
    return logs(read_days(home, sessions), read_minutes(home, sessions), timeframe)


def _logs(batches: Batches, timeframe: str, sessions: ExchangeSessions) -> Iterator[Entries]:
    """Yield the log of each session, without what the days themselves change."""
    market = Market.of(
        SYMBOLS,
        lambda ms: sessions.anchor_ms("1min", ms),
        lambda ms: sessions.anchor_ms("daily", ms),
        timeframe,
        SESSION_BARS[timeframe],
    )
    for kind, bars in batches:
        if kind == DAY:
            market.take((kind, bars))
        else:
            yield market.combos.take(bars).judge().combos


def names_on(timeframe: str) -> list[str]:
    """Return the combos of a timeframe."""
    return [combo.name for combo in COMBOS if timeframe in combo.timeframes]


def walk(
    days: ClosedBars, minutes: ClosedBars, sessions: ExchangeSessions, dice: np.random.Generator
) -> Drawn:
    """Return random walks, one a symbol, in sessions of full length."""
    whole = [s for s in sessions.sessions if s.close_ms - s.open_ms == SESSION_MINUTES * MINUTE_MS]
    opens = np.array([s.open_ms for s in whole[: WARM_UP_DAYS + WALKED_SESSIONS]])
    parts = []
    for row in range(len(SYMBOLS)):
        own = days.take(days.row == row)
        course = paced(Course.of(minutes.take(minutes.row == row), sessions), own)
        parts.append(walked_symbol(row, own, course, opens, dice))
    both = [join([part[k] for part in parts]) for k in range(2)]
    return Drawn(*(bars.take(np.lexsort((bars.row, bars.start_ms))) for bars in both))


def walked_symbol(
    row: int, days: ClosedBars, course: Course, opens: np.ndarray, dice: np.random.Generator
) -> tuple[ClosedBars, ClosedBars]:
    """Return a symbol's walked days, one for each of `opens`, and the minutes of the last."""
    daily, minutely = Moves.of(days), course.moves
    order = dice.permutation(len(daily.prices))[: len(opens)]
    last = float(days.close[0])
    day_prices, day_volume, bars = [], [], []
    for n, day in enumerate(order.tolist()):
        prices, volume = last * np.exp(daily.prices[day]), float(daily.volume[day])
        if n >= WARM_UP_DAYS:
            which = course.drawn(dice)
            before = np.concatenate([[0.0], np.cumsum(minutely.prices[which, 3])[:-1]])
            session = prices[0] * np.exp(before[:, None] + minutely.prices[which])
            share = minutely.volume[which] / minutely.volume[which].sum()
            starts = opens[n] + np.arange(SESSION_MINUTES) * MINUTE_MS
            bars.append(closed(row, starts, session, volume * share))
            prices = np.array(
                [session[0, 0], session[:, 1].max(), session[:, 2].min(), session[-1, 3]]
            )
        day_prices.append(prices)
        day_volume.append(volume)
        last = float(prices[3])
    return closed(row, opens, np.array(day_prices), np.array(day_volume)), join(bars)


def paced(course: Course, days: ClosedBars) -> Course:
    """Return minutes without drift, which in a session span what the days do.

    Each stands beside its mirror image. To take the mean off instead would part opens from the
    closes before them that they equal, always to the same side.
    """
    prices, n = course.moves.prices, len(course.moves.prices)
    both = np.concatenate([prices, -prices[:, MIRRORED]])
    spread = both[:, 3].std() * np.sqrt(SESSION_MINUTES)
    scale = np.log(days.close / days.open).std() / spread
    moves = Moves(both * scale, np.tile(course.moves.volume, 2))
    return Course(moves, [np.concatenate([places, places + n]) for places in course.places])


def closed(row: int, start_ms: np.ndarray, prices: Float64, volume: Float64) -> ClosedBars:
    """Return bars of one symbol; prices : (n, 4) open, high, low, close."""
    n = len(start_ms)
    return ClosedBars(
        np.full(n, row, np.int32),
        np.asarray(start_ms, np.int64),
        *(np.ascontiguousarray(prices[:, k]) for k in range(4)),
        np.asarray(volume, np.float64),
        np.full(n, np.nan),
        np.ones(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )
