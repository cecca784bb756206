"""Recognise kicking by length: as kicking, but the longer one leads.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLKICKINGBYLENGTH.
"""

from pl.kernel import leaf
from pl.signals.candles.bodies import kicks
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    COLOUR,
    NOW,
    Frame,
)


@leaf
def kicking_by_length(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    longer = c[NOW, COLOUR] if c[NOW, BODY] > c[B1, BODY] else c[B1, COLOUR]
    return int(100 * longer) if kicks(c) else 0


KICKING_BY_LENGTH = Candle(
    35, "Kicking_By_Length", "CDLKICKINGBYLENGTH", 2, kicking_by_length, needs=("wL bL", "bL wL")
)
