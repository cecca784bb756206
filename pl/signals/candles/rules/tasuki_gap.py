"""Recognise the tasuki gap.

A bar like the one beyond the gap goes back into it and does not close it. The gap is between
bodies.
Source : Nison 1991; thresholds as TA-Lib's CDLTASUKIGAP.
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
    NEAR,
    NOW,
    TOP,
    Frame,
)


@leaf
def tasuki_gap(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, COLOUR] == -c[NOW, COLOUR] and c[B1, BOTTOM] < c[NOW, OPEN] < c[B1, TOP]):
        return 0
    if not abs(c[B1, BODY] - c[NOW, BODY]) < c[B1, NEAR]:
        return 0
    if c[B1, COLOUR] > 0.0 and c[B1, BOTTOM] > c[B2, TOP]:
        return 100 if c[B2, TOP] < c[NOW, CLOSE] < c[B1, OPEN] else 0
    if c[B1, COLOUR] < 0.0 and c[B1, TOP] < c[B2, BOTTOM]:
        return -100 if c[B1, OPEN] < c[NOW, CLOSE] < c[B2, BOTTOM] else 0
    return 0


TASUKI_GAP = Candle(55, "Tasuki_Gap", "CDLTASUKIGAP", 3, tasuki_gap, needs=("w b", "b w"))
