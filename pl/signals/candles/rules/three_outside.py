"""Recognise three outside up or down: an engulfing body, then a close further on.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDL3OUTSIDE.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    COLOUR,
    NOW,
    Frame,
)


@leaf
def three_outside(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if c[B1, COLOUR] > 0.0 > c[B2, COLOUR]:
        engulfs = c[B1, CLOSE] > c[B2, OPEN] and c[B1, OPEN] < c[B2, CLOSE]
        return 100 if engulfs and c[NOW, CLOSE] > c[B1, CLOSE] else 0
    if c[B1, COLOUR] < 0.0 < c[B2, COLOUR]:
        engulfs = c[B1, OPEN] > c[B2, CLOSE] and c[B1, CLOSE] < c[B2, OPEN]
        return -100 if engulfs and c[NOW, CLOSE] < c[B1, CLOSE] else 0
    return 0


THREE_OUTSIDE = Candle(
    4, "Three_Outside", "CDL3OUTSIDE", 3, three_outside, needs=("b w .", "w b .")
)
