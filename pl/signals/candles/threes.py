"""Tell where a bar opens beside the body before it."""

from pl.kernel import leaf
from pl.signals.bars import OPEN
from pl.signals.candles.frame import (
    BOTTOM,
    NEAR,
    TOP,
    Frame,
)


@leaf
def opens_near(c: Frame, row: int) -> bool:
    """Tell whether a bar opens inside the body before it or near it."""
    before = row - 1
    near = c[before, NEAR]
    return bool(c[before, BOTTOM] - near <= c[row, OPEN] <= c[before, TOP] + near)
