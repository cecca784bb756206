"""Recognise the inverted hammer: the shadow above, the body beyond a gap down.

The body is short and its shadow longer than it, the other shadow is hardly there. Bullish.
Source : Nison 1991; thresholds as TA-Lib's CDLINVERTEDHAMMER.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BOTTOM,
    NOW,
    TOP,
    Frame,
)
from pl.signals.candles.hammers import stands_up


@leaf
def inverted_hammer(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    return 100 if stands_up(c) and c[NOW, TOP] < c[B1, BOTTOM] else 0


INVERTED_HAMMER = Candle(
    33, "Inverted_Hammer", "CDLINVERTEDHAMMER", 2, inverted_hammer, needs=("S",)
)
