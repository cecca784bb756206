"""Read the bars of one symbol inside kernels.

Every window ends at or before bar `i`, is summed afresh in bar order and is a plain loop, so
that a value depends on its bars alone and never on where a process started.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64

OPEN: Final = 0
HIGH: Final = 1
LOW: Final = 2
CLOSE: Final = 3
VOLUME: Final = 4
VWAP: Final = 5
N_COLUMNS: Final = 6

Bars = Float64
"""One symbol's bars, shape (n_bars, 6), oldest first: prices in USD, volume in shares. One array
and no named tuple, which kernels pass three times as slowly; in Fortran order, column by column,
as a `History` holds them: another order compiles every kernel once more."""


@leaf
def mean(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the mean of a column's values at `first` to `last`, both ends included."""
    total = 0.0
    for j in range(first, last + 1):
        total += bars[j, column]
    return total / (last - first + 1)


@leaf
def highest(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the largest of a column's values at `first` to `last`, both ends included."""
    best = bars[first, column]
    for j in range(first + 1, last + 1):
        best = max(best, bars[j, column])
    return float(best)


@leaf
def lowest(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the smallest of a column's values at `first` to `last`, both ends included."""
    best = bars[first, column]
    for j in range(first + 1, last + 1):
        best = min(best, bars[j, column])
    return float(best)


@leaf
def true_range(high: float, low: float, previous_close: float) -> float:
    """Return the true range of a bar, in USD.

    Source : Wilder 1978, ch. 3.
    """
    return max(high - low, abs(high - previous_close), abs(low - previous_close))


@leaf
def mean_true_range(bars: Bars, i: int, n_bars: int) -> float:
    """Return the plain mean of the true ranges of the `n_bars` bars before bar `i`."""
    total = 0.0
    for j in range(i - n_bars, i):
        total += true_range(bars[j, HIGH], bars[j, LOW], bars[j - 1, CLOSE])
    return total / n_bars


@leaf
def is_sound(open_: float, high: float, low: float, close: float, volume: float) -> bool:
    """Tell whether a bar can be computed with: finite, positive, in order, no negative volume."""
    if not (math.isfinite(open_) and math.isfinite(close) and math.isfinite(volume)):
        return False
    if not (math.isfinite(high) and low > 0.0 and volume >= 0.0):
        return False
    return low <= min(open_, close) and high >= max(open_, close)
