"""Recognise kicking: two marubozus of other colours with a gap between; the second one leads.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLKICKING.
"""

from pl.kernel import leaf
from pl.signals.candles.bodies import kicks
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    COLOUR,
    NOW,
    Frame,
)


@leaf
def kicking(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    return int(100 * c[NOW, COLOUR]) if kicks(c) else 0


KICKING = Candle(34, "Kicking", "CDLKICKING", 2, kicking, needs=("wL bL", "bL wL"))
