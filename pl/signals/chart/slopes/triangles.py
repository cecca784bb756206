"""Tell ascending, descending and symmetrical triangles among two lines that run together.

The lines come together by at least 30 % between the first and the last pivot; the upper rises by
at most 0.18 and the lower falls by at most 0.18. The sum of their slopes tells which: ascending
from 0.3 on (the lower line does the closing), descending from -0.3 down, symmetrical between.
Either way out counts; the direction is that of the break.
Source : Edwards and Magee 2007, ch. 8; Bulkowski 2021, triangles.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.chart.pattern import NO_PATTERN, ChartPattern, Slopes

ASCENDING_TRIANGLE: Final = 6
DESCENDING_TRIANGLE: Final = 7
SYMMETRICAL_TRIANGLE: Final = 8

FLAT: Final = 0.18
LEAST_LEAN: Final = 0.3
LEAST_CLOSING: Final = 0.3


@leaf
def triangle(upper: float, lower: float) -> int:
    """Return the number of the triangle with these slopes, NO_PATTERN when it is none."""
    if lower - upper < LEAST_CLOSING:
        return NO_PATTERN
    if upper > FLAT or lower < -FLAT:
        return NO_PATTERN
    lean = upper + lower
    if lean >= LEAST_LEAN:
        return ASCENDING_TRIANGLE
    return DESCENDING_TRIANGLE if lean <= -LEAST_LEAN else SYMMETRICAL_TRIANGLE


SLOPES = Slopes(triangle)
ASCENDING = ChartPattern(ASCENDING_TRIANGLE, "Ascending_Triangle", SLOPES, alert_from=0.61)
DESCENDING = ChartPattern(DESCENDING_TRIANGLE, "Descending_Triangle", SLOPES, alert_from=0.62)
SYMMETRICAL = ChartPattern(SYMMETRICAL_TRIANGLE, "Symmetrical_Triangle", SLOPES, alert_from=0.61)
