"""Recognise the morning star: the second body is short and lies below the first.

The third body is not short, has the other colour than the long first one and closes more than 30 %
into it. Bullish.
Source : Nison 1991; thresholds as TA-Lib's CDLMORNINGSTAR.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    TOP,
    USUAL,
    Frame,
)
from pl.signals.candles.stars import replies


@leaf
def morning_star(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_star = c[B1, BODY] <= c[B1, USUAL] and c[B1, TOP] < c[B2, BOTTOM]
    return 100 if is_star and replies(c, 1.0) else 0


MORNING_STAR = Candle(43, "Morning_Star", "CDLMORNINGSTAR", 3, morning_star, needs=("bL S wL",))
