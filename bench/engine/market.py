"""Invent minute bars for a market, and the days before them: random walks in cents, by a seed."""

from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import MINUTE_MS, ClosedBars

Float64 = npt.NDArray[np.float64]

SEED: Final = 20260101
SESSION_MINUTES: Final = 390
FIRST_MS: Final = 1_767_362_400_000
STEPS: Final = 6
"""Prices a minute of which open, high, low and close are taken."""
DAYS: Final = 260
DAILY_PACE: Final = 20.0
"""A day moves as 390 minutes do, which is the root of 390 times a minute."""
_PRICES: Final = 4


def walks(n_symbols: int, n_bars: int, pace: float = 1.0) -> Float64:
    """Return open, high, low, close and volume of random walks, (n_bars, 5, n_symbols).

    Prices in USD, in cents, with the heavy tails and the calm and lively stocks of a market.
    pace : how far a bar moves, in moves of a minute.
    """
    dice = np.random.default_rng(SEED)
    speed = 0.0009 * pace * dice.lognormal(0.0, 0.4, n_symbols)
    moves = dice.standard_t(4, (n_bars * STEPS, n_symbols)) * speed / np.sqrt(2.0 * STEPS)
    first = np.exp(dice.uniform(np.log(5.0), np.log(400.0), n_symbols))
    path = np.exp(np.cumsum(moves, axis=0)) * first
    prices = np.maximum(np.round(path, 2), 0.01).reshape(n_bars, STEPS, n_symbols)
    out = np.empty((n_bars, 5, n_symbols), np.float64)
    out[:, 0], out[:, 3] = prices[:, 0], prices[:, -1]
    out[:, 1], out[:, 2] = prices.max(axis=1), prices.min(axis=1)
    out[:, 4] = np.round(dice.lognormal(7.0, 0.8, (n_bars, n_symbols)))
    return out


def days_before(bars: Float64) -> Float64:
    """Return the DAYS sessions before minutes (n_bars, 5, S), which go on from their last close."""
    days = walks(bars.shape[2], DAYS, DAILY_PACE)
    scale = bars[0, 0] / days[-1, 3]
    days[:, :_PRICES] = np.maximum(np.round(days[:, :_PRICES] * scale, 2), 0.01)
    return days


def session_open(start_ms: int) -> int:
    """Return the open of the session of a bar; sessions of 390 minutes follow on each other."""
    length = SESSION_MINUTES * MINUTE_MS
    return FIRST_MS + (start_ms - FIRST_MS) // length * length


def closes(bars: Float64, first: int, last: int) -> ClosedBars:
    """Return minutes `first` to `last` - 1 of all symbols, sorted by (start_ms, row)."""
    part = bars[first:last]
    n_minutes, _, n_symbols = part.shape
    return _closed(
        part.transpose(1, 0, 2).reshape(5, -1),
        np.tile(np.arange(n_symbols, dtype=np.int32), n_minutes),
        np.repeat(np.arange(first, last), n_symbols),
    )


def history(bars: Float64, symbol: int, n_bars: int) -> ClosedBars:
    """Return the first `n_bars` minutes of one symbol, as row 0."""
    return _closed(bars[:n_bars, :, symbol].T, np.zeros(n_bars, np.int32), np.arange(n_bars))


def daily_history(days: Float64, symbol: int) -> ClosedBars:
    """Return the days of one symbol, as row 0; each begins with its session."""
    n_days = days.shape[0]
    minute = (np.arange(n_days) - n_days) * SESSION_MINUTES
    return _closed(days[..., symbol].T, np.zeros(n_days, np.int32), minute)


def _closed(
    prices: Float64, row: npt.NDArray[np.int32], minute: npt.NDArray[np.intp]
) -> ClosedBars:
    n = len(row)
    opened, high, low, close, volume = (np.ascontiguousarray(column) for column in prices)
    return ClosedBars(
        row,
        FIRST_MS + minute.astype(np.int64) * MINUTE_MS,
        opened,
        high,
        low,
        close,
        volume,
        np.round((high + low + close) / 3.0, 4),
        np.ones(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )
