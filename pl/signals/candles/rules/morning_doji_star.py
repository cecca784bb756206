"""Recognise the morning doji star: the second one is a doji below the first body.

The third body is not short, has the other colour than the long first one and closes more than 30 %
into it. Bullish.
Source : Nison 1991; thresholds as TA-Lib's CDLMORNINGDOJISTAR.
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
def morning_doji_star(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_star = c[B1, BODY] <= c[B1, TINY] and c[B1, TOP] < c[B2, BOTTOM]
    return 100 if is_star and replies(c, 1.0) else 0


MORNING_DOJI_STAR = Candle(
    42, "Morning_Doji_Star", "CDLMORNINGDOJISTAR", 3, morning_doji_star, needs=("bL d wL",)
)
