"""Recognise the harami cross: a doji inside the long body before, against its direction.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLHARAMICROSS.
"""

from pl.kernel import leaf
from pl.signals.candles.bodies import nested
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    COLOUR,
    NOW,
    TINY,
    USUAL,
    Frame,
)


@leaf
def harami_cross(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, TINY]):
        return 0
    return int(-nested(c) * c[B1, COLOUR])


HARAMI_CROSS = Candle(26, "Harami_Cross", "CDLHARAMICROSS", 2, harami_cross, needs=("L d",))
