"""Recognise rising or falling three methods.

A rest against and inside a long body, then on with it. A body is long above the mean body of the 10
bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLRISEFALL3METHODS.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.fives import rests
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    B4,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TOP,
    USUAL,
    Frame,
)


@leaf
def three_methods(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    sign = c[B4, COLOUR]
    if not (rests(c) and c[NOW, BODY] > c[NOW, USUAL] and c[NOW, COLOUR] == sign):
        return 0
    for row in range(B3, NOW):
        if c[row, COLOUR] != -sign:
            return 0
        if not (c[row, BOTTOM] < c[B4, HIGH] and c[row, TOP] > c[B4, LOW]):
            return 0
    if not (c[B3, CLOSE] * sign > c[B2, CLOSE] * sign > c[B1, CLOSE] * sign):
        return 0
    goes_on = c[NOW, OPEN] * sign > c[B1, CLOSE] * sign
    return int(100 * sign) if goes_on and c[NOW, CLOSE] * sign > c[B4, CLOSE] * sign else 0


THREE_METHODS = Candle(
    47,
    "Three_Methods",
    "CDLRISEFALL3METHODS",
    5,
    three_methods,
    needs=("wL bS bS bS wL", "bL wS wS wS bL"),
)
