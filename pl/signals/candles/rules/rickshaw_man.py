"""Recognise the rickshaw man.

A doji with two shadows longer than its body, near the middle of the bar. A doji's body is at most a
tenth of the mean spread of the 10 bars before. It has no direction, which is written as +100.
Source : Nison 1991; thresholds as TA-Lib's CDLRICKSHAWMAN.
"""

from pl.kernel import leaf
from pl.signals.bars import LOW
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    BODY,
    BOTTOM,
    LOWER,
    NEAR,
    NOW,
    SPREAD,
    TINY,
    TOP,
    UPPER,
    Frame,
)


@leaf
def rickshaw_man(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and min(c[NOW, LOWER], c[NOW, UPPER]) > c[NOW, BODY]):
        return 0
    middle = c[NOW, LOW] + c[NOW, SPREAD] / 2.0
    if not (c[NOW, BOTTOM] <= middle + c[NOW, NEAR] and c[NOW, TOP] >= middle - c[NOW, NEAR]):
        return 0
    return 100


RICKSHAW_MAN = Candle(
    46, "Rickshaw_Man", "CDLRICKSHAWMAN", 1, rickshaw_man, needs=("d",), directed=False
)
