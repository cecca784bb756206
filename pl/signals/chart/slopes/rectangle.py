"""Tell rectangles among two lines: both flat.

Both lines change by at most 0.2 and their distance by at most 0.25 of the first width. When the
swing into the first pivot comes from more than 0.3 widths
beyond the broken line it is a triple bottom or top,
which `triple_reversal` tells.
Source : Edwards and Magee 2007, ch. 9; Bulkowski 2021, rectangles.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.chart.pattern import NO_PATTERN, ChartPattern, Slopes

RECTANGLE: Final = 11

FLAT: Final = 0.2
MOST_CLOSING: Final = 0.25
MOST_LEAD: Final = 0.3


@leaf
def rectangle(upper: float, lower: float, lead: float) -> int:
    """Return RECTANGLE for these slopes, NO_PATTERN when it is none."""
    if lead > MOST_LEAD:
        return NO_PATTERN
    if abs(upper) > FLAT or abs(lower) > FLAT or abs(upper - lower) > MOST_CLOSING:
        return NO_PATTERN
    return RECTANGLE


SLOPES = Slopes(rectangle)
BETWEEN_FLATS = ChartPattern(RECTANGLE, "Rectangle", SLOPES, alert_from=0.50)
