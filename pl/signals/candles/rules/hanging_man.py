"""Recognise the hanging man: the shadow below, the body at or near the high of the bar before.

The body is short and its shadow longer than it, the other shadow is hardly there. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLHANGINGMAN.
"""

from pl.kernel import leaf
from pl.signals.bars import HIGH
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
def hanging_man(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    return -100 if hangs_down(c) and c[NOW, BOTTOM] >= c[B1, HIGH] - c[B1, NEAR] else 0


HANGING_MAN = Candle(24, "Hanging_Man", "CDLHANGINGMAN", 2, hanging_man, needs=("S",))
