"""Fit bowls and Vs to closes: the shapes of cups, rounding bottoms and V reversals.

A shape has its lowest point at bar v and rises to both sides as |j - v| / (v - first) to the left
and |j - v| / (last - v) to the right: squared for a bowl, as it is for a V. Its floor and height
are the least squares ones; v is tried over the middle bars.

Trying one v reads all closes. So all are first tried roughly, from sums that are carried on from
one v to the next, and only those that may be best are tried exactly: see `fit_shape`.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, Bars

BOWL: Final = 2
VEE: Final = 1

ROUGH: Final = 1e-6
"""Of the closes' greatest distance from the first one, squared: what a rough sum of squares may be
off by. 400 bars carried on come to 1e-8."""
ROUGH_PRICE: Final = 1e-20
"""Of the price, squared: what an exact one may be off by, whose mean is rounded; 400 bars come to
1e-24."""


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
def side_sums(n: int, power: int) -> tuple[float, float]:
    """Return the sum of the heights of a side that is `n` bars long, and of their squares."""
    line, squares = 0.5 * (n + 1.0), (n + 1.0) * (2.0 * n + 1.0) / (6.0 * n)
    if power == VEE:
        return line, squares
    return squares, squares * (3.0 * n * n + 3.0 * n - 1.0) / (5.0 * n * n)


@leaf
def explained(left: int, right: int, power: int, along: float, total: float) -> float:
    """Return by how much a shape lessens the closes' sum of squares, roughly.

    left, right : lengths of its sides; along : sum of heights times closes; total : of the closes.
    """
    heights, squares = side_sums(left, power)
    more, more_squares = side_sums(right, power)
    n = left + right + 1
    mean = (heights + more) / n
    uy = along - mean * total
    if uy <= 0.0:
        return 0.0
    return uy * uy / (squares + more_squares - n * mean * mean)


@leaf
def try_all(
    bars: Bars, turn: int, first: int, last: int, power: int, at_least: float
) -> tuple[float, float, int]:
    """Try all lowest points roughly, and exactly those that explain `at_least` so much.

    Returns the most that any explains, and the rms distance and the bar of the exactly best.

    The sums of (distance from v) ** power times close, on both sides, are carried on from v to
    v + 1; closes are counted from the first, so that large prices lose no digits.
    """
    margin, base = max((last - first) // 4, 1), turn * bars[first, CLOSE]
    a0 = a1 = a2 = b0 = b1 = b2 = 0.0
    for j in range(first, last + 1):
        y = turn * bars[j, CLOSE] - base
        b0 += y
        b1 += (j - first) * y
        b2 += (j - first) * (j - first) * y
    total, most, best, lowest = b0, 0.0, math.inf, first
    for v in range(first + 1, last - margin + 1):
        a0 += turn * bars[v - 1, CLOSE] - base
        a2 += 2.0 * a1 + a0
        a1 += a0
        b2 += b0 - 2.0 * b1
        b1 -= b0
        b0 -= turn * bars[v, CLOSE] - base
        if v < first + margin:
            continue
        left, right = v - first, last - v
        along = a1 / left + b1 / right
        if power == BOWL:
            along = a2 / (left * left) + b2 / (right * right)
        gain = explained(left, right, power, along, total)
        most = max(most, gain)
        if gain >= at_least:
            rms = rms_of(bars, turn, first, last, v, power)
            if rms < best:
                best, lowest = rms, v
    return most, best, lowest


@leaf
def fit_shape(bars: Bars, turn: int, first: int, last: int, power: int) -> tuple[float, int]:
    """Fit a bowl or a V from `first` to `last`; return rms distance, USD, and lowest bar.

    It is that of trying each bar exactly: what is left out explains less than the best by more
    than both ways of summing may be off by, so that its exact distance is the greater one.
    """
    base, spread = bars[first, CLOSE], 0.0
    for j in range(first + 1, last + 1):
        spread = max(spread, abs(bars[j, CLOSE] - base))
    off = ROUGH * spread * spread + ROUGH_PRICE * (base + spread) * (base + spread)
    most, _, _ = try_all(bars, turn, first, last, power, math.inf)
    _, best, lowest = try_all(bars, turn, first, last, power, most - off)
    return best, lowest
