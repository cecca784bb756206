"""Recognise the stick sandwich.

Two black bars close at one price around a white one above; bullish. A body is long above the mean
body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLSTICKSANDWICH.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, LOW
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    COLOUR,
    EQUAL,
    NOW,
    Frame,
)


@leaf
def stick_sandwich(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B2, COLOUR] < 0.0 < c[B1, COLOUR] and c[NOW, COLOUR] < 0.0):
        return 0
    close, slack = c[B2, CLOSE], c[B2, EQUAL]
    return 100 if c[B1, LOW] > close and close - slack <= c[NOW, CLOSE] <= close + slack else 0


STICK_SANDWICH = Candle(
    53, "Stick_Sandwich", "CDLSTICKSANDWICH", 3, stick_sandwich, needs=("b w b",)
)
