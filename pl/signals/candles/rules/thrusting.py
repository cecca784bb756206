"""Recognise the thrusting: it closes inside the black body, at its middle or below.

A white bar opens below the low of the long black bar before. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLTHRUSTING.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import B1, BODY, EQUAL, NOW, Frame
from pl.signals.candles.penetrations import rallies


@leaf
def thrusting(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    close = c[B1, CLOSE]
    is_inside = close + c[B1, EQUAL] < c[NOW, CLOSE] <= close + c[B1, BODY] * 0.5
    return -100 if rallies(c) and is_inside else 0


THRUSTING = Candle(56, "Thrusting", "CDLTHRUSTING", 2, thrusting, needs=("bL w",))
