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
LANES: Final = 4

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
    """Return the largest of a column's values at `first` to `last`, both ends included.

    In four lanes: one chain of comparisons takes four times as long.
    """
    a = b = c = d = bars[first, column]
    rest = last + 1 - (last - first + 1) % LANES
    for j in range(first, rest, LANES):
        a = max(a, bars[j, column])
        b = max(b, bars[j + 1, column])
        c = max(c, bars[j + 2, column])
        d = max(d, bars[j + 3, column])
    for j in range(rest, last + 1):
        a = max(a, bars[j, column])
    return float(max(a, b, c, d))


@leaf
def lowest(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the smallest of a column's values at `first` to `last`, both ends included."""
    a = b = c = d = bars[first, column]
    rest = last + 1 - (last - first + 1) % LANES
    for j in range(first, rest, LANES):
        a = min(a, bars[j, column])
        b = min(b, bars[j + 1, column])
        c = min(c, bars[j + 2, column])
        d = min(d, bars[j + 3, column])
    for j in range(rest, last + 1):
        a = min(a, bars[j, column])
    return float(min(a, b, c, d))


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


BEYOND_MEASURE: Final = 1e15
"""USD or shares; sums of their products and squares stay finite below it."""


@leaf
def is_sound(open_: float, high: float, low: float, close: float, volume: float) -> bool:
    """Tell whether a bar can be computed with: positive, in order, not beyond all measure."""
    if not (math.isfinite(open_) and math.isfinite(close)):
        return False
    if not (high < BEYOND_MEASURE and low > 0.0 and 0.0 <= volume < BEYOND_MEASURE):
        return False
    return low <= min(open_, close) and high >= max(open_, close)
