"""Measure how often each combo fires on recorded sessions and on random walks of their moves.

A walk draws days and minutes of the same symbol: warm-up days in drawn order, then sessions that
open with the gap of a drawn day and go on with drawn minutes, at that day's volume. The minutes are
without their mean and scaled to what the symbol's days move from open to close, for those recorded
are few and of lively weeks. The day of such a session is what its minutes make of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Float64
from pl.market.sessions import ExchangeSessions
from pl.signals.combos.catalogue import COMBOS
from pl.signals.entries import KIND_OF, Entries, join_entries
from pl.signals.ledger import CONFIRMED_CODE
from tests.pl.signals.recorded_combos import (
    DAY,
    SYMBOLS,
    Batch,
    calendar,
    in_order,
    new_york,
    read_days,
    read_minutes,
)
from tests.pl.signals.synthetic import join

WARM_UP_DAYS: Final = 300
WALKED_SESSIONS: Final = 900
SESSION_MINUTES: Final = 390
MINUTE_MS: Final = 60_000
WALKED_BARS: Final = WALKED_SESSIONS * SESSION_MINUTES * len(SYMBOLS)
Rates = dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Moves:
    """Hold bars as logarithms of open, high, low and close over the close before, and volumes."""

    prices: Float64
    volume: Float64

    @staticmethod
    def of(bars: ClosedBars, *, first_open: bool = True) -> "Moves":
        """Return the moves of one symbol's bars; without `first_open`, none over a night."""
        prices = np.column_stack([bars.open, bars.high, bars.low, bars.close])
        moves = np.log(prices[1:] / prices[:-1, 3:])
        nearby = np.diff(bars.start_ms) <= 5 * MINUTE_MS
        keep = np.ones(len(moves), np.bool_) if first_open else nearby
        return Moves(moves[keep], bars.volume[1:][keep])


def measured(home: Path, dice: np.random.Generator) -> tuple[int, Rates, Rates]:
    """Return recorded minutes, and fires per 1,000 of recorded and of walked ones, by combo.

    Each as everything in the log, and what reaches the confidence of an alert.
    """
    sessions = calendar()
    days, minutes = read_days(home, sessions), read_minutes(home, sessions)
    walked = walk(days, minutes, sessions, dice)
    real = rates(log_of(in_order(days, minutes, sessions), sessions), len(minutes))
    return len(minutes), real, rates(log_of(walked, sessions), WALKED_BARS)


def rates(log: Entries, n_bars: int) -> Rates:
    """Return fires per 1,000 bars: all, and those sure enough for an alert."""
    found = {}
    log = log.take(np.flatnonzero((log.life == CONFIRMED_CODE) & np.isnan(log.said)))
    for combo in COMBOS:
        confidence = log.confidence[log.kind == KIND_OF[combo.name]]
        sure = int((confidence >= combo.alert.min_confidence).sum())
        found[combo.name] = (1000.0 * len(confidence) / n_bars, 1000.0 * sure / n_bars)
    return found


def log_of(batches: list[Batch], sessions: ExchangeSessions) -> Entries:
    """Return the combos' log of days and minutes, without what the days themselves change."""
    market = new_york(sessions)
    log = []
    for kind, bars in batches:
        if kind == DAY:
            market.take((kind, bars))
        else:
            log.append(market.combos.update(bars).combos)
    return join_entries(log)


def walk(
    days: ClosedBars, minutes: ClosedBars, sessions: ExchangeSessions, dice: np.random.Generator
) -> list[Batch]:
    """Return days and minutes of random walks, one a symbol, as they come."""
    opens = np.array([session.open_ms for session in sessions.sessions])
    opens = opens[: WARM_UP_DAYS + WALKED_SESSIONS]
    parts = [
        walked_symbol(
            row, days.take(days.row == row), minutes.take(minutes.row == row), opens, dice
        )
        for row in range(len(SYMBOLS))
    ]
    drawn_days, drawn_minutes = (join([part[k] for part in parts]) for k in range(2))
    drawn_minutes = drawn_minutes.take(np.lexsort((drawn_minutes.row, drawn_minutes.start_ms)))
    drawn_days = drawn_days.take(np.lexsort((drawn_days.row, drawn_days.start_ms)))
    return in_order(drawn_days, drawn_minutes, sessions)


def walked_symbol(
    row: int,
    days: ClosedBars,
    minutes: ClosedBars,
    opens: np.ndarray,
    dice: np.random.Generator,
) -> tuple[ClosedBars, ClosedBars]:
    """Return a symbol's walked days, one for each of `opens`, and the minutes of the last."""
    daily, minutely = Moves.of(days), paced(Moves.of(minutes, first_open=False), days)
    order = dice.permutation(len(daily.prices))[: len(opens)]
    last = float(days.close[0])
    day_prices, day_volume, bars = [], [], []
    for n, drawn in enumerate(order.tolist()):
        prices, volume = last * np.exp(daily.prices[drawn]), float(daily.volume[drawn])
        if n >= WARM_UP_DAYS:
            which = dice.integers(0, len(minutely.prices), SESSION_MINUTES)
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


def paced(moves: Moves, days: ClosedBars) -> Moves:
    """Return minutes' moves without drift, which in a session span what the days do."""
    drift, spread = moves.prices[:, 3].mean(), moves.prices[:, 3].std()
    scale = np.log(days.close / days.open).std() / (spread * np.sqrt(SESSION_MINUTES))
    return Moves((moves.prices - drift) * scale, moves.volume)


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
