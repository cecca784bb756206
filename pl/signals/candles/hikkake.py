"""Recognise the hikkake: a break out of an inside bar that may be a trap, and its confirmation.

A bar after an inside bar makes a lower high and low (bullish) or a higher high and low (bearish):
100. When one of the next three bars closes beyond the inside bar on the other side, before
another hikkake, it is confirmed on that bar: 200. The modified hikkake has one more inside bar,
which closes near its own end on the side of the break.
Source : Chesler 2003, with TA-Lib's limits.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.candles.frame import NEAR_BARS


@leaf
def is_inside(bars: Bars, i: int) -> bool:
    """Tell whether bar `i` lies strictly inside the bar before it."""
    return bool(bars[i, HIGH] < bars[i - 1, HIGH] and bars[i, LOW] > bars[i - 1, LOW])


@leaf
def breaks_down(bars: Bars, i: int) -> int:
    """Return 1 for a lower high and low than the bar before, -1 for higher ones, else 0."""
    if bars[i, HIGH] < bars[i - 1, HIGH] and bars[i, LOW] < bars[i - 1, LOW]:
        return 1
    return -1 if bars[i, HIGH] > bars[i - 1, HIGH] and bars[i, LOW] > bars[i - 1, LOW] else 0


@leaf
def trap(bars: Bars, i: int) -> int:
    """Return the sign of a hikkake on bars `i - 2` to `i`, else 0."""
    return breaks_down(bars, i) if is_inside(bars, i - 1) else 0


@leaf
def modified_trap(bars: Bars, i: int) -> int:
    """Return the sign of a modified hikkake on bars `i - 3` to `i`, else 0."""
    if not (is_inside(bars, i - 1) and is_inside(bars, i - 2)):
        return 0
    total = 0.0
    for j in range(i - 2 - NEAR_BARS, i - 2):
        total += bars[j, HIGH] - bars[j, LOW]
    near = 0.2 * (total / NEAR_BARS)
    sign = breaks_down(bars, i)
    if sign > 0:
        return sign if bars[i - 2, CLOSE] <= bars[i - 2, LOW] + near else 0
    return sign if bars[i - 2, CLOSE] >= bars[i - 2, HIGH] - near else 0


@leaf
def is_beyond(bars: Bars, i: int, j: int, sign: int) -> bool:
    """Tell whether bar `i` closes beyond the inside bar of the hikkake of bar `j`."""
    if sign > 0:
        return bool(bars[i, CLOSE] > bars[j - 1, HIGH])
    return bool(bars[i, CLOSE] < bars[j - 1, LOW])


@leaf
def confirms(bars: Bars, i: int, j: int, sign: int) -> bool:
    """Tell whether bar `i` is the first after bar `j` to close beyond its inside bar."""
    for k in range(j + 1, i):
        if is_beyond(bars, k, j, sign):
            return False
    return is_beyond(bars, i, j, sign)
