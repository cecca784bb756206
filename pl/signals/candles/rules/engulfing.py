"""Recognise the engulfing.

A body of the other colour around the one before; 80 when they share an end. A body is long above
the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLENGULFING.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BOTTOM,
    COLOUR,
    NOW,
    TOP,
    Frame,
)


@leaf
def engulfing(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    over = c[NOW, TOP] - c[B1, TOP]
    under = c[B1, BOTTOM] - c[NOW, BOTTOM]
    if c[NOW, COLOUR] == c[B1, COLOUR] or min(over, under) < 0.0 or max(over, under) <= 0.0:
        return 0
    return int((100 if min(over, under) > 0.0 else 80) * c[NOW, COLOUR])


ENGULFING = Candle(18, "Engulfing", "CDLENGULFING", 2, engulfing, needs=("w b", "b w"))
