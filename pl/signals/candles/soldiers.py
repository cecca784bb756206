"""Recognise three white bars marching up, and what tells a march from one that tires.

In all of them three white bodies close higher each time, and each opens inside or near the body
before it. Three white soldiers keep their size and have hardly any upper shadow (bullish); the
advance block shrinks or grows shadows, the stalled pattern ends in a short body at the top of the
one before (both bearish).
"""

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
    TINY,
    UPPER,
    USUAL,
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
def three_white_soldiers(c: Frame) -> int:
    """Three white soldiers: none far smaller than the one before, the last not short."""
    if not (climbs(c) and opens_inside(c, B1) and opens_inside(c, NOW)):
        return 0
    for row in range(B2, NOW + 1):
        if not c[row, UPPER] < c[row, TINY]:
            return 0
    keeps = c[B1, BODY] > c[B2, BODY] - c[B2, FAR] and c[NOW, BODY] > c[B1, BODY] - c[B1, FAR]
    return 100 if keeps and c[NOW, BODY] > c[NOW, USUAL] else 0


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


@leaf
def advance_block(c: Frame) -> int:
    """Advance block: a long first body with a short upper shadow, then the march tires."""
    if not (climbs(c) and opens_inside(c, B1) and opens_inside(c, NOW)):
        return 0
    starts_well = c[B2, BODY] > c[B2, USUAL] and c[B2, UPPER] < c[B2, SHADOW]
    return -100 if starts_well and tires(c) else 0


@leaf
def stalled_pattern(c: Frame) -> int:
    """Stalled pattern: two long bodies, then a short one that starts at the second's close."""
    if not (climbs(c) and opens_inside(c, B1) and c[B2, BODY] > c[B2, USUAL]):
        return 0
    if not (c[B1, BODY] > c[B1, USUAL] and c[B1, UPPER] < c[B1, TINY]):
        return 0
    stalls = c[NOW, OPEN] >= c[B1, CLOSE] - c[NOW, BODY] - c[B1, NEAR]
    return -100 if stalls and c[NOW, BODY] < c[NOW, USUAL] else 0
