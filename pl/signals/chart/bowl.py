"""Fit bowls and Vs to closes: the shapes of cups, rounding bottoms and V reversals.

A shape has its lowest point at bar v and rises to both sides as |j - v| / (v - first) to the left
and |j - v| / (last - v) to the right: squared for a bowl, as it is for a V. Its floor and height
are the least squares ones; v is tried over the middle bars.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, Bars

BOWL: Final = 2
VEE: Final = 1


@leaf
def rise(j: int, v: int, first: int, last: int, power: int) -> float:
    """Return the ideal height of bar `j`, 0 at `v` and 1 at both ends."""
    side = v - first if j < v else last - v
    share = abs(j - v) / side
    return float(share * share if power == BOWL else share)


@leaf
def rms_of(bars: Bars, turn: int, first: int, last: int, v: int, power: int) -> float:
    """Return the rms distance of the closes from the best shape with its lowest point at `v`."""
    n = last - first + 1
    mean_u, mean_y = 0.0, 0.0
    for j in range(first, last + 1):
        mean_u += rise(j, v, first, last, power) / n
        mean_y += turn * bars[j, CLOSE] / n
    uu, uy, yy = 0.0, 0.0, 0.0
    for j in range(first, last + 1):
        u = rise(j, v, first, last, power) - mean_u
        y = turn * bars[j, CLOSE] - mean_y
        uu += u * u
        uy += u * y
        yy += y * y
    if uy <= 0.0:
        return math.inf
    return math.sqrt(max(yy - uy * uy / uu, 0.0) / n)


@leaf
def fit_shape(bars: Bars, turn: int, first: int, last: int, power: int) -> tuple[float, int]:
    """Fit a bowl or a V from `first` to `last`; return rms distance, USD, and lowest bar."""
    margin = max((last - first) // 4, 1)
    best, lowest = math.inf, first
    for v in range(first + margin, last - margin + 1):
        rms = rms_of(bars, turn, first, last, v, power)
        if rms < best:
            best, lowest = rms, v
    return best, lowest
