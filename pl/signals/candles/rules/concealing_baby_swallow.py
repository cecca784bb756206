"""Recognise the concealing baby swallow.

Two black marubozus, a gap down, a black bar around it; bullish. A body is long above the mean body
of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLCONCEALBABYSWALL.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    BOTTOM,
    COLOUR,
    LOWER,
    NOW,
    TINY,
    TOP,
    UPPER,
    Frame,
)


@leaf
def concealing_baby_swallow(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B3, COLOUR] < 0.0 and c[B2, COLOUR] < 0.0 and c[B1, COLOUR] < 0.0):
        return 0
    first = max(c[B3, UPPER], c[B3, LOWER]) < c[B3, TINY] and c[NOW, COLOUR] < 0.0
    if not (first and max(c[B2, UPPER], c[B2, LOWER]) < c[B2, TINY]):
        return 0
    if not (c[B1, TOP] < c[B2, BOTTOM] and c[B1, UPPER] > c[B1, TINY]):
        return 0
    swallows = c[NOW, HIGH] > c[B1, HIGH] and c[NOW, LOW] < c[B1, LOW]
    return 100 if swallows and c[B1, HIGH] > c[B2, CLOSE] else 0


CONCEALING_BABY_SWALLOW = Candle(
    12,
    "Concealing_Baby_Swallow",
    "CDLCONCEALBABYSWALL",
    4,
    concealing_baby_swallow,
    needs=("b b b b",),
)
