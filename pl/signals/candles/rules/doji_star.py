"""Recognise the doji star: a long body, then a doji beyond a gap in its direction; it may turn.

A doji's body is at most a tenth of the mean spread of the 10 bars before.
Source : Nison 1991; thresholds as TA-Lib's CDLDOJISTAR.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TINY,
    TOP,
    USUAL,
    Frame,
)


@leaf
def doji_star(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, TINY]):
        return 0
    if c[B1, COLOUR] > 0.0 and c[NOW, BOTTOM] > c[B1, TOP]:
        return -100
    return 100 if c[B1, COLOUR] < 0.0 and c[NOW, TOP] < c[B1, BOTTOM] else 0


DOJI_STAR = Candle(16, "Doji_Star", "CDLDOJISTAR", 2, doji_star, needs=("L d",))
