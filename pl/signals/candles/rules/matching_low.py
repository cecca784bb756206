"""Recognise the matching low: two black bodies that close at the same price; bullish.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLMATCHINGLOW.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    COLOUR,
    EQUAL,
    NOW,
    Frame,
)


@leaf
def matching_low(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0):
        return 0
    close, slack = c[B1, CLOSE], c[B1, EQUAL]
    return 100 if close - slack <= c[NOW, CLOSE] <= close + slack else 0


MATCHING_LOW = Candle(40, "Matching_Low", "CDLMATCHINGLOW", 2, matching_low, needs=("b b",))
