"""Recognise the mat hold.

The rest starts beyond a gap up, holds half the white body; a new high follows. A body is long above
the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLMATHOLD.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.fives import rests
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    B4,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TOP,
    Frame,
)

PENETRATION: Final = 0.5


@leaf
def mat_hold(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B4, COLOUR] > 0.0 > c[B3, COLOUR] and c[NOW, COLOUR] > 0.0 and rests(c)):
        return 0
    lowest = min(c[B2, BOTTOM], c[B1, BOTTOM])
    highest = max(c[B2, BOTTOM], c[B1, BOTTOM])
    floor = c[B4, CLOSE] - c[B4, BODY] * PENETRATION
    if not (c[B3, BOTTOM] > c[B4, TOP] and highest < c[B4, CLOSE] and lowest > floor):
        return 0
    if not (c[B2, TOP] < c[B3, OPEN] and c[B1, TOP] < c[B2, TOP] and c[NOW, OPEN] > c[B1, CLOSE]):
        return 0
    top = max(c[B3, HIGH], c[B2, HIGH], c[B1, HIGH])
    return 100 if c[NOW, CLOSE] > top else 0


MAT_HOLD = Candle(41, "Mat_Hold", "CDLMATHOLD", 5, mat_hold, needs=("wL bS S S w",))
