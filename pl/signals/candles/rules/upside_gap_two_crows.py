"""Recognise upside gap two crows: the second engulfs the short first and leaves the gap open.

The first black bar lies beyond a gap above a long white body. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLUPSIDEGAP2CROWS.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.crows import gaps_above
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    NOW,
    USUAL,
    Frame,
)


@leaf
def upside_gap_two_crows(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (gaps_above(c) and c[B1, BODY] <= c[B1, USUAL]):
        return 0
    engulfs = c[NOW, OPEN] > c[B1, OPEN] and c[NOW, CLOSE] < c[B1, CLOSE]
    return -100 if engulfs and c[NOW, CLOSE] > c[B2, CLOSE] else 0


UPSIDE_GAP_TWO_CROWS = Candle(
    59, "Upside_Gap_Two_Crows", "CDLUPSIDEGAP2CROWS", 3, upside_gap_two_crows, needs=("wL bS b",)
)
