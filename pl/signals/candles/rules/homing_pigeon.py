"""Recognise the homing pigeon: a short black body inside the long black one before; bullish.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLHOMINGPIGEON.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    COLOUR,
    NOW,
    USUAL,
    Frame,
)


@leaf
def homing_pigeon(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0):
        return 0
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, USUAL]):
        return 0
    return 100 if c[NOW, OPEN] < c[B1, OPEN] and c[NOW, CLOSE] > c[B1, CLOSE] else 0


HOMING_PIGEON = Candle(30, "Homing_Pigeon", "CDLHOMINGPIGEON", 2, homing_pigeon, needs=("bL bS",))
