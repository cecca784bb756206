"""Recognise the tristar: three dojis, the middle one beyond a gap, the last one coming back.

A doji's body is at most a tenth of the mean spread of the 10 bars before.
Source : Nison 1991; thresholds as TA-Lib's CDLTRISTAR.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    NOW,
    TINY,
    TOP,
    Frame,
)


@leaf
def tristar(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    limit = c[B2, TINY]
    if not (c[B2, BODY] <= limit and c[B1, BODY] <= limit and c[NOW, BODY] <= limit):
        return 0
    if c[B1, BOTTOM] > c[B2, TOP] and c[NOW, TOP] < c[B1, TOP]:
        return -100
    return 100 if c[B1, TOP] < c[B2, BOTTOM] and c[NOW, BOTTOM] > c[B1, BOTTOM] else 0


TRISTAR = Candle(57, "Tristar", "CDLTRISTAR", 3, tristar, needs=("d . .",))
