"""Fit a parabola to closes: the shape of cups and rounding bottoms."""

import math
from typing import Final

from pl.kernel import kernel
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart.geometry import off_segment, turned_low

RMS: Final = 0
VERTEX: Final = 1
DEPTH: Final = 2
N_MEASURES: Final = 3


@kernel
def fit_bowl(bars: Bars, turn: int, first: int, last: int, out: Float64) -> None:
    """Fit y = a + b t + c t**2 to the closes from `first` to `last`, t from -1 to 1.

    out : (3,) float64 root mean square distance, USD; bar of the vertex; depth below the ends'
    mean, USD, not positive when the parabola opens downwards. With t symmetric the sums of odd
    powers vanish, which leaves one equation for b and two for a and c.
    """
    half = 0.5 * (last - first)
    n, t2, t4, y0, y1, y2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(first, last + 1):
        t = (j - first) / half - 1.0
        y = turn * bars[j, CLOSE]
        n += 1.0
        t2 += t * t
        t4 += t * t * t * t
        y0 += y
        y1 += y * t
        y2 += y * t * t
    b = y1 / t2
    c = (n * y2 - t2 * y0) / (n * t4 - t2 * t2)
    a = (y0 - c * t2) / n
    total = 0.0
    for j in range(first, last + 1):
        t = (j - first) / half - 1.0
        off = turn * bars[j, CLOSE] - (a + b * t + c * t * t)
        total += off * off
    vertex = -b / (2.0 * c) if c > 0.0 else 0.0
    out[RMS] = math.sqrt(total / n)
    out[VERTEX] = first + half * (1.0 + min(max(vertex, -1.0), 1.0))
    out[DEPTH] = c


@kernel
def lowest_bar(bars: Bars, turn: int, first: int, last: int) -> int:
    """Return the bar of the lowest low of the turned chart, the first of equals."""
    best = first
    for j in range(first + 1, last + 1):
        if turned_low(bars, j, turn) < turned_low(bars, best, turn):
            best = j
    return best


@kernel
def off_vee(bars: Bars, turn: int, first: int, last: int) -> float:
    """Return the rms distance of the closes from the two straight lines through their lowest."""
    low = lowest_bar(bars, turn, first, last)
    if low == first or low == last:  # noqa: PLR1714 - kernels know no sets
        return math.inf
    y0, y1, y2 = turn * bars[first, CLOSE], turn * bars[low, CLOSE], turn * bars[last, CLOSE]
    total = off_segment(bars, turn, first, y0, low, y1) + off_segment(bars, turn, low, y1, last, y2)
    return math.sqrt(total / (last - first))
