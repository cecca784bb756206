"""Recognise the hammer: the shadow below, the body at or near the low of the bar before.

The body is short and its shadow longer than it, the other shadow is hardly there. Bullish.
Source : Nison 1991; thresholds as TA-Lib's CDLHAMMER.
"""

from pl.kernel import leaf
from pl.signals.bars import LOW
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BOTTOM,
    NEAR,
    NOW,
    Frame,
)
from pl.signals.candles.hammers import hangs_down


@leaf
def hammer(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    return 100 if hangs_down(c) and c[NOW, BOTTOM] <= c[B1, LOW] + c[B1, NEAR] else 0


HAMMER = Candle(23, "Hammer", "CDLHAMMER", 2, hammer, needs=("S",))
