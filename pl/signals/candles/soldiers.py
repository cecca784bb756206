"""Tell what three white bars share that march up."""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    COLOUR,
    FAR,
    NEAR,
    NOW,
    SHADOW,
    UPPER,
    Frame,
)


@leaf
def climbs(c: Frame) -> bool:
    """Tell whether three white bodies close higher each time."""
    are_white = c[B2, COLOUR] > 0.0 and c[B1, COLOUR] > 0.0 and c[NOW, COLOUR] > 0.0
    return bool(are_white and c[NOW, CLOSE] > c[B1, CLOSE] > c[B2, CLOSE])


@leaf
def opens_inside(c: Frame, row: int) -> bool:
    """Tell whether a white bar opens inside or near the white body before it."""
    before = row - 1
    return bool(c[before, OPEN] < c[row, OPEN] <= c[before, CLOSE] + c[before, NEAR])


@leaf
def tires(c: Frame) -> bool:
    """Tell whether the second and third body shrink, or grow upper shadows while shrinking."""
    first, second, third = c[B2, BODY], c[B1, BODY], c[NOW, BODY]
    if second < first - c[B2, FAR] and third < second + c[B1, NEAR]:
        return True
    if third < second - c[B1, FAR] or (third < second and c[NOW, UPPER] > third):
        return True
    has_shadow = c[NOW, UPPER] > c[NOW, SHADOW] or c[B1, UPPER] > c[B1, SHADOW]
    return bool(third < second < first and has_shadow)
