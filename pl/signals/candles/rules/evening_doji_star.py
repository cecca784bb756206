"""Recognise the evening doji star: the second one is a doji above the first body.

The third body is not short, has the other colour than the long first one and closes more than 30 %
into it. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLEVENINGDOJISTAR.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    TINY,
    TOP,
    Frame,
)
from pl.signals.candles.stars import replies


@leaf
def evening_doji_star(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_star = c[B1, BODY] <= c[B1, TINY] and c[B1, BOTTOM] > c[B2, TOP]
    return -100 if is_star and replies(c, -1.0) else 0


EVENING_DOJI_STAR = Candle(
    19, "Evening_Doji_Star", "CDLEVENINGDOJISTAR", 3, evening_doji_star, needs=("wL d bL",)
)
