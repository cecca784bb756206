"""Recognise the evening star: the second body is short and lies above the first.

The third body is not short, has the other colour than the long first one and closes more than 30 %
into it. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLEVENINGSTAR.
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
def evening_star(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_star = c[B1, BODY] <= c[B1, USUAL] and c[B1, BOTTOM] > c[B2, TOP]
    return -100 if is_star and replies(c, -1.0) else 0


EVENING_STAR = Candle(20, "Evening_Star", "CDLEVENINGSTAR", 3, evening_star, needs=("wL S bL",))
