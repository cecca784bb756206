"""Measure bars against lines, polygons and bowls, in turned prices.

Turned prices are prices times `turn`: 1 reads the chart as it is, -1 upside down, so that one
rule serves a bottom broken upwards and a top broken downwards. Highs are highs of the turned
chart.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars

KNEE: Final = 0.27


@leaf
def turned_high(bars: Bars, j: int, turn: int) -> float:
    """Return the high of bar `j` of the turned chart."""
    return float(bars[j, HIGH] if turn > 0 else -bars[j, LOW])


@leaf
def turned_low(bars: Bars, j: int, turn: int) -> float:
    """Return the low of bar `j` of the turned chart."""
    return float(bars[j, LOW] if turn > 0 else -bars[j, HIGH])


@leaf
def on_line(x0: float, y0: float, x1: float, y1: float, x: float) -> float:
    """Return the height at `x` of the line through two points."""
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


@leaf
def breaks_line(
    bars: Bars, i: int, turn: int, first: int, x0: float, y0: float, x1: float, y1: float
) -> bool:
    """Tell whether bar `i` is the first from `first` on to close above the line."""
    if not turn * bars[i, CLOSE] > on_line(x0, y0, x1, y1, i):
        return False
    for j in range(i - 1, first - 1, -1):
        if turn * bars[j, CLOSE] > on_line(x0, y0, x1, y1, j):
            return False
    return True


@leaf
def breaks_level(bars: Bars, i: int, turn: int, first: int, level: float) -> bool:
    """Tell whether bar `i` is the first from `first` on to close above the level."""
    if not turn * bars[i, CLOSE] > level:
        return False
    for j in range(i - 1, first - 1, -1):  # noqa: SIM110 - kernels know no generators
        if turn * bars[j, CLOSE] > level:
            return False
    return True


@leaf
def off_segment(bars: Bars, turn: int, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return the sum of squared distances of the closes after `x0` up to `x1` from a segment."""
    total = 0.0
    for j in range(int(x0) + 1, int(x1) + 1):
        off = turn * bars[j, CLOSE] - on_line(x0, y0, x1, y1, j)
        total += off * off
    return total


@leaf
def off_polygon(bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, n: int) -> float:
    """Return the root mean square distance of the closes from a polygon, in USD.

    The polygon goes through the `n` newest pivots (`xs`, `ys`, newest first) and ends at the
    close of bar `i`.
    """
    total = off_segment(bars, turn, xs[0], ys[0], i, turn * bars[i, CLOSE])
    for m in range(1, n):
        total += off_segment(bars, turn, xs[m], ys[m], xs[m - 1], ys[m - 1])
    return math.sqrt(total / max(i - xs[n - 1], 1.0))


@leaf
def knee(bars: Bars, turn: int, first: int, last: int) -> int:
    """Return the bar where the way down from `first` to `last` begins.

    That is the bar farthest above the chord, when it is so by 27 % of the height; else `first`.
    """
    x0, y0 = float(first), turned_high(bars, first, turn)
    x1, y1 = float(last), turned_low(bars, last, turn)
    best, farthest = first, KNEE * (y0 - y1)
    for j in range(first + 1, last):
        above = turned_high(bars, j, turn) - on_line(x0, y0, x1, y1, j)
        if above > farthest:
            best, farthest = j, above
    return best


@leaf
def lowest_turned(bars: Bars, turn: int, first: int, last: int) -> float:
    """Return the lowest low of the turned chart, both ends included."""
    best = turned_low(bars, first, turn)
    for j in range(first + 1, last + 1):
        best = min(best, turned_low(bars, j, turn))
    return best


@leaf
def highest_turned(bars: Bars, turn: int, first: int, last: int) -> float:
    """Return the highest high of the turned chart, both ends included."""
    best = turned_high(bars, first, turn)
    for j in range(first + 1, last + 1):
        best = max(best, turned_high(bars, j, turn))
    return best
