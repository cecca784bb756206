"""Recognise the in-neck: it closes at or just above the close of the black bar.

A white bar opens below the low of the long black bar before. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLINNECK.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import B1, EQUAL, NOW, Frame
from pl.signals.candles.penetrations import rallies


@leaf
def in_neck(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    close = c[B1, CLOSE]
    return -100 if rallies(c) and close <= c[NOW, CLOSE] <= close + c[B1, EQUAL] else 0


IN_NECK = Candle(32, "In_Neck", "CDLINNECK", 2, in_neck, needs=("bL w",))
