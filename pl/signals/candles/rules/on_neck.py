"""Recognise the on-neck: it closes at the low of the black bar.

A white bar opens below the low of the long black bar before. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLONNECK.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, LOW
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import B1, EQUAL, NOW, Frame
from pl.signals.candles.penetrations import rallies


@leaf
def on_neck(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    low, slack = c[B1, LOW], c[B1, EQUAL]
    return -100 if rallies(c) and low - slack <= c[NOW, CLOSE] <= low + slack else 0


ON_NECK = Candle(44, "On_Neck", "CDLONNECK", 2, on_neck, needs=("bL w",))
