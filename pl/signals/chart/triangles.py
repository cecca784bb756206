"""Tell ascending, descending and symmetrical triangles among two lines that run together.

The lines come together by at least 35 % between the first and the last pivot. Ascending: the
upper line is flat (within 0.18) and the lower rises by at least 0.3. Descending: the lower line
is flat and the upper falls. Symmetrical: the upper falls and the lower rises, each by at least
0.18. Either way out counts; the direction is that of the break.
Source : Edwards and Magee 2007, ch. 8; Bulkowski 2021, triangles.
"""

from typing import Final

from pl.kernel import kernel
from pl.signals.chart.names import (
    ASCENDING_TRIANGLE,
    DESCENDING_TRIANGLE,
    SYMMETRICAL_TRIANGLE,
)

FLAT: Final = 0.18
LEAST_SLOPE: Final = 0.3
LEAST_CLOSING: Final = 0.35
NO_PATTERN: Final = -1


@kernel
def triangle(upper: float, lower: float) -> int:
    """Return the number of the triangle with these slopes, NO_PATTERN when it is none."""
    if lower - upper < LEAST_CLOSING:
        return NO_PATTERN
    if abs(upper) <= FLAT and lower >= LEAST_SLOPE:
        return ASCENDING_TRIANGLE
    if abs(lower) <= FLAT and upper <= -LEAST_SLOPE:
        return DESCENDING_TRIANGLE
    if upper < -FLAT and lower > FLAT:
        return SYMMETRICAL_TRIANGLE
    return NO_PATTERN
