"""Measure candles: body, shadows, gaps, and what is long or short beside the bars before.

The yardsticks are TA-Lib's default candle settings, so that TA-Lib can be the witness.
Source : Nison 1991 for the shapes; TA-Lib `ta_global.c` for the settings.
"""

from typing import Final

from pl.kernel import kernel
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars

AVERAGE_BARS: Final = 10
NEAR_BARS: Final = 5
NEAR: Final = 0.2
FAR: Final = 0.6
VERY_SHORT: Final = 0.1


@kernel
def body(bars: Bars, i: int) -> float:
    """Return the height of the real body, in USD."""
    return float(abs(bars[i, CLOSE] - bars[i, OPEN]))


@kernel
def spread(bars: Bars, i: int) -> float:
    """Return high less low, in USD."""
    return float(bars[i, HIGH] - bars[i, LOW])


@kernel
def body_top(bars: Bars, i: int) -> float:
    """Return the upper end of the real body."""
    return float(max(bars[i, OPEN], bars[i, CLOSE]))


@kernel
def body_bottom(bars: Bars, i: int) -> float:
    """Return the lower end of the real body."""
    return float(min(bars[i, OPEN], bars[i, CLOSE]))


@kernel
def upper_shadow(bars: Bars, i: int) -> float:
    """Return the height of the upper shadow, in USD."""
    return float(bars[i, HIGH] - body_top(bars, i))


@kernel
def lower_shadow(bars: Bars, i: int) -> float:
    """Return the height of the lower shadow, in USD."""
    return float(body_bottom(bars, i) - bars[i, LOW])


@kernel
def colour(bars: Bars, i: int) -> int:
    """Return 1 for a white candle (close at or above open), -1 for a black one."""
    return 1 if bars[i, CLOSE] >= bars[i, OPEN] else -1


@kernel
def mean_body(bars: Bars, i: int) -> float:
    """Return the mean body of the 10 bars before bar `i`: above it is long, below it short."""
    total = 0.0
    for j in range(i - AVERAGE_BARS, i):
        total += body(bars, j)
    return total / AVERAGE_BARS


@kernel
def mean_spread(bars: Bars, i: int, n_bars: int) -> float:
    """Return the mean of high less low over the `n_bars` bars before bar `i`."""
    total = 0.0
    for j in range(i - n_bars, i):
        total += spread(bars, j)
    return total / n_bars


@kernel
def very_short(bars: Bars, i: int) -> float:
    """Return the height below which a shadow or a doji's body counts as very short."""
    return VERY_SHORT * mean_spread(bars, i, AVERAGE_BARS)


@kernel
def near(bars: Bars, i: int) -> float:
    """Return the distance below which two prices are near each other, seen from bar `i`."""
    return NEAR * mean_spread(bars, i, NEAR_BARS)


@kernel
def far(bars: Bars, i: int) -> float:
    """Return the distance above which two prices are far from each other, seen from bar `i`."""
    return FAR * mean_spread(bars, i, NEAR_BARS)


@kernel
def gaps_up(bars: Bars, i: int) -> bool:
    """Tell whether the body of bar `i` lies wholly above the body before it."""
    return body_bottom(bars, i) > body_top(bars, i - 1)


@kernel
def gaps_down(bars: Bars, i: int) -> bool:
    """Tell whether the body of bar `i` lies wholly below the body before it."""
    return body_top(bars, i) < body_bottom(bars, i - 1)


@kernel
def share(part: float, whole: float) -> float:
    """Return part over whole within 0-1, and 0 when there is no whole."""
    if whole <= 0.0:
        return 0.0
    return min(max(part / whole, 0.0), 1.0)
