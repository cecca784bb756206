"""Tell rising and falling wedges among two lines that run together.

Both lines rise (rising) or fall (falling) by more than 0.18, and they come together by at least
27 % between the first and the last pivot. Either way out counts; the direction is the break's.
Source : Edwards and Magee 2007, ch. 10.1; Bulkowski 2021, wedges.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.chart.pattern import NO_PATTERN, ChartPattern, Slopes

RISING_WEDGE: Final = 9
FALLING_WEDGE: Final = 10

LEAST_SLOPE: Final = 0.18
LEAST_CLOSING: Final = 0.27


@leaf
def wedge(upper: float, lower: float) -> int:
    """Return the number of the wedge with these slopes, NO_PATTERN when it is none."""
    if lower - upper < LEAST_CLOSING:
        return NO_PATTERN
    if upper > LEAST_SLOPE and lower > LEAST_SLOPE:
        return RISING_WEDGE
    if upper < -LEAST_SLOPE and lower < -LEAST_SLOPE:
        return FALLING_WEDGE
    return NO_PATTERN


SLOPES = Slopes(wedge)
RISING = ChartPattern(RISING_WEDGE, "Rising_Wedge", SLOPES, alert_from=0.63)
FALLING = ChartPattern(FALLING_WEDGE, "Falling_Wedge", SLOPES, alert_from=0.64)
