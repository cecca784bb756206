"""Recognise the harami: a short body inside the long one before, against its direction.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLHARAMI.
"""

from pl.kernel import leaf
from pl.signals.candles.bodies import nested
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    COLOUR,
    NOW,
    USUAL,
    Frame,
)


@leaf
def harami(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, USUAL]):
        return 0
    return int(-nested(c) * c[B1, COLOUR])


HARAMI = Candle(25, "Harami", "CDLHARAMI", 2, harami, needs=("L S",))
