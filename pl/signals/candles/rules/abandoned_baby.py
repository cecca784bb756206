"""Recognise the abandoned baby: a doji whose whole bar lies beyond gaps on both sides.

The third body is not short, has the other colour than the long first one and closes more than 30 %
into it. Bullish after a black first body, bearish after a white one.
Source : Nison 1991; thresholds as TA-Lib's CDLABANDONEDBABY.
"""

from pl.kernel import leaf
from pl.signals.bars import HIGH, LOW
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    NOW,
    TINY,
    Frame,
)
from pl.signals.candles.stars import replies


@leaf
def abandoned_baby(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not c[B1, BODY] <= c[B1, TINY]:
        return 0
    if c[B1, HIGH] < min(c[B2, LOW], c[NOW, LOW]):
        return 100 if replies(c, 1.0) else 0
    if c[B1, LOW] > max(c[B2, HIGH], c[NOW, HIGH]):
        return -100 if replies(c, -1.0) else 0
    return 0


ABANDONED_BABY = Candle(
    7, "Abandoned_Baby", "CDLABANDONEDBABY", 3, abandoned_baby, needs=("bL d wL", "wL d bL")
)
