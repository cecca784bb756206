"""Recognise identical three crows: each opens at the close before it.

Three black bars with hardly any lower shadow close lower each time. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLIDENTICAL3CROWS.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.crows import sinks
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    EQUAL,
    NOW,
    Frame,
)


@leaf
def identical_three_crows(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not sinks(c):
        return 0
    first, slack = c[B2, CLOSE], c[B2, EQUAL]
    if not first - slack <= c[B1, OPEN] <= first + slack:
        return 0
    second, slack = c[B1, CLOSE], c[B1, EQUAL]
    return -100 if second - slack <= c[NOW, OPEN] <= second + slack else 0


IDENTICAL_THREE_CROWS = Candle(
    31, "Identical_Three_Crows", "CDLIDENTICAL3CROWS", 3, identical_three_crows, needs=("b b b",)
)
