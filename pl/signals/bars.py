"""Read the bars of one symbol inside kernels.

Every window ends at or before bar `i` and is summed afresh in one fixed order (see `total_of`), so
that a value depends on its bars alone and never on where a process started.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import (
    N_LANES,
    Lanes,
    larger,
    largest,
    load,
    newest,
    size,
    smaller,
    smallest,
    total,
)
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


@inner_leaf
def total_of(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the sum of a column's values at `first` to `last`, both ends included.

    From eight values on in eight lanes, every eighth value each; what is left over at the newer end
    goes to the last lanes. Fewer are added in order.
    """
    n = last - first + 1
    if n < N_LANES:
        plain = 0.0
        for j in range(first, last + 1):
            plain += bars[j, column]
        return plain
    lanes = load(bars, first, column)
    for j in range(first + N_LANES, last - N_LANES + 2, N_LANES):
        lanes += load(bars, j, column)
    if n % N_LANES:
        lanes += newest(load(bars, last - N_LANES + 1, column), n % N_LANES)
    return total(lanes)


@inner_leaf
def mean(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the mean of a column's values at `first` to `last`, both ends included."""
    return total_of(bars, column, first, last) / (last - first + 1)


@inner_leaf
def highest(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the largest of a column's values at `first` to `last`, both ends included."""
    if last - first + 1 < N_LANES:
        top = bars[first, column]
        for j in range(first + 1, last + 1):
            top = max(top, bars[j, column])
        return float(top)
    lanes = load(bars, last - N_LANES + 1, column)
    for j in range(first, last - N_LANES + 1, N_LANES):
        lanes = larger(lanes, load(bars, j, column))
    return largest(lanes)


@inner_leaf
def lowest(bars: Bars, column: int, first: int, last: int) -> float:
    """Return the smallest of a column's values at `first` to `last`, both ends included."""
    if last - first + 1 < N_LANES:
        bottom = bars[first, column]
        for j in range(first + 1, last + 1):
            bottom = min(bottom, bars[j, column])
        return float(bottom)
    lanes = load(bars, last - N_LANES + 1, column)
    for j in range(first, last - N_LANES + 1, N_LANES):
        lanes = smaller(lanes, load(bars, j, column))
    return smallest(lanes)


@leaf
def true_range(high: float, low: float, previous_close: float) -> float:
    """Return the true range of a bar, in USD.

    Source : Wilder 1978, ch. 3.
    """
    return max(high - low, abs(high - previous_close), abs(low - previous_close))


@inner_leaf
def true_ranges(bars: Bars, first: int) -> Lanes:
    """Return the true ranges of the eight bars from bar `first` on, which is not the first."""
    high, low, before = (
        load(bars, first, HIGH),
        load(bars, first, LOW),
        load(bars, first - 1, CLOSE),
    )
    return larger(high - low, larger(size(high - before), size(low - before)))


@inner_leaf
def mean_true_range(bars: Bars, i: int, n_bars: int) -> float:
    """Return the plain mean of the true ranges of the `n_bars` bars before bar `i`.

    Summed as `total_of` does; those bars have one before them.
    """
    if n_bars < N_LANES:
        plain = 0.0
        for j in range(i - n_bars, i):
            plain += true_range(bars[j, HIGH], bars[j, LOW], bars[j - 1, CLOSE])
        return plain / n_bars
    lanes = true_ranges(bars, i - n_bars)
    for j in range(i - n_bars + N_LANES, i - N_LANES + 1, N_LANES):
        lanes += true_ranges(bars, j)
    if n_bars % N_LANES:
        lanes += newest(true_ranges(bars, i - N_LANES), n_bars % N_LANES)
    return total(lanes) / n_bars


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
