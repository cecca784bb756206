"""Recognise two crows: the second opens inside the first and closes inside the white body.

The first black bar lies beyond a gap above a long white body. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDL2CROWS.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.crows import gaps_above
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    NOW,
    Frame,
)


@leaf
def two_crows(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (gaps_above(c) and c[B1, CLOSE] < c[NOW, OPEN] < c[B1, OPEN]):
        return 0
    return -100 if c[B2, OPEN] < c[NOW, CLOSE] < c[B2, CLOSE] else 0


TWO_CROWS = Candle(0, "Two_Crows", "CDL2CROWS", 3, two_crows, needs=("wL b b",))
