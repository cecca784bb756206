"""Recognise the shooting star: the shadow above, the body beyond a gap up.

The body is short and its shadow longer than it, the other shadow is hardly there. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLSHOOTINGSTAR.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BOTTOM,
    NOW,
    TOP,
    Frame,
)
from pl.signals.candles.hammers import stands_up


@leaf
def shooting_star(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    return -100 if stands_up(c) and c[NOW, BOTTOM] > c[B1, TOP] else 0


SHOOTING_STAR = Candle(49, "Shooting_Star", "CDLSHOOTINGSTAR", 2, shooting_star, needs=("S",))
