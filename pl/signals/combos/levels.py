"""Find levels of completed daily bars, for many symbols at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Float64, Int64
from pl.signals.bars import CLOSE, HIGH, LOW
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.declaration import Level
from pl.signals.combos.held import column_at
from pl.signals.history import History

LEVELS: Final = tuple(dict.fromkeys(c.setup for c in COMBOS if isinstance(c.setup, Level)))
LEVEL_OF: Final = {level: place for place, level in enumerate(LEVELS)}
AT_ONCE: Final = 1_024
"""Rows whose days are gathered together; more would only cost memory."""
USUAL_STAY: Final = 5.0
"""Sessions a level has stood at which its score is three quarters."""


@dataclass(frozen=True, slots=True)
class LevelRows:
    """Hold the levels of R symbols; L levels each.

    price : (R, L) float64 USD, NaN with too few days; set_ms : (R, L) int64 start of the day
    that set it, the latest of equals; score : (R, L) float64 0-1.
    """

    price: Float64
    set_ms: Int64
    score: Float64

    @staticmethod
    def empty(n_rows: int) -> "LevelRows":
        """Return no level for `n_rows` symbols."""
        shape = (n_rows, len(LEVELS))
        return LevelRows(
            np.full(shape, np.nan), np.zeros(shape, np.int64), np.zeros(shape, np.float64)
        )

    def write(self, rows: Int64, other: "LevelRows") -> None:
        """Replace the levels of some rows."""
        self.price[rows], self.set_ms[rows] = other.price, other.set_ms
        self.score[rows] = other.score


def levels_of(history: History, rows: Int64, ends: Int64) -> LevelRows:
    """Return the levels of rows (R,) as their first `ends` (R,) daily bars give them."""
    out = LevelRows.empty(len(rows))
    for begin in range(0, len(rows), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        for place, level in enumerate(LEVELS):
            _write(out, part, place, level, history, rows[part], ends[part])
    return out


def _write(
    out: LevelRows,
    part: slice,
    place: int,
    level: Level,
    history: History,
    rows: Int64,
    ends: Int64,
) -> None:
    n = level.n_bars
    known = ends >= n
    at = np.maximum(ends - n, 0)[:, None] + np.arange(n)
    at = np.minimum(at, np.maximum(ends - 1, 0)[:, None])
    prices = level.side * column_at(history, rows[:, None], at, level.end)
    best = n - 1 - np.argmax(prices[:, ::-1], axis=1)
    price = level.side * prices[np.arange(len(rows)), best]
    bar = at[np.arange(len(rows)), best]
    out.price[part, place] = np.where(known, price, np.nan)
    out.set_ms[part, place] = history.start[rows, bar]
    if n == 1:
        out.score[part, place] = _closed_near(history, rows, at[:, 0], level.side)
    else:
        stood = (n - 1 - best) / USUAL_STAY
        out.score[part, place] = 0.5 + 0.5 * stood / (1.0 + stood)


def _closed_near(history: History, rows: Int64, bar: Int64, side: int) -> Float64:
    """Return where the days closed in their ranges: 1 at the high (low for side -1)."""
    high, low = column_at(history, rows, bar, HIGH), column_at(history, rows, bar, LOW)
    above = column_at(history, rows, bar, CLOSE) - low
    near = np.divide(above, high - low, out=np.full(len(rows), 0.5), where=high > low)
    return np.asarray(near if side > 0 else 1.0 - near, np.float64)
