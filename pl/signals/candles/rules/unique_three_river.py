"""Recognise the unique three river.

A long black body, a black harami to a lower low, a short white one. A body is long above the mean
body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLUNIQUE3RIVER.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, LOW, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    COLOUR,
    NOW,
    USUAL,
    Frame,
)


@leaf
def unique_three_river(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B2, BODY] > c[B2, USUAL] and c[B2, COLOUR] < 0.0 and c[B1, COLOUR] < 0.0):
        return 0
    if not (c[B1, CLOSE] > c[B2, CLOSE] and c[B1, OPEN] <= c[B2, OPEN]):
        return 0
    if not (c[B1, LOW] < c[B2, LOW] and c[NOW, COLOUR] > 0.0):
        return 0
    return 100 if c[NOW, BODY] < c[NOW, USUAL] and c[NOW, OPEN] > c[B1, LOW] else 0


UNIQUE_THREE_RIVER = Candle(
    58, "Unique_Three_River", "CDLUNIQUE3RIVER", 3, unique_three_river, needs=("bL b wS",)
)
