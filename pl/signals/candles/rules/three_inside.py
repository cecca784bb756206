"""Recognise three inside up or down: a harami, then a close beyond the long body's open.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDL3INSIDE.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TOP,
    USUAL,
    Frame,
)


@leaf
def three_inside(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B2, BODY] > c[B2, USUAL] and c[B1, BODY] <= c[B1, USUAL]):
        return 0
    if not (c[B1, TOP] < c[B2, TOP] and c[B1, BOTTOM] > c[B2, BOTTOM]):
        return 0
    if c[B2, COLOUR] > 0.0:
        return -100 if c[NOW, COLOUR] < 0.0 and c[NOW, CLOSE] < c[B2, OPEN] else 0
    return 100 if c[NOW, COLOUR] > 0.0 and c[NOW, CLOSE] > c[B2, OPEN] else 0


THREE_INSIDE = Candle(2, "Three_Inside", "CDL3INSIDE", 3, three_inside, needs=("wL S b", "bL S w"))
