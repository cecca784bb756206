"""Recognise counterattack: two long bodies of other colours that close at the same price.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLCOUNTERATTACK.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    COLOUR,
    EQUAL,
    NOW,
    USUAL,
    Frame,
)


@leaf
def counterattack(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, COLOUR] == -c[NOW, COLOUR] and c[B1, BODY] > c[B1, USUAL]):
        return 0
    close, slack = c[B1, CLOSE], c[B1, EQUAL]
    if not (c[NOW, BODY] > c[NOW, USUAL] and close - slack <= c[NOW, CLOSE] <= close + slack):
        return 0
    return int(100 * c[NOW, COLOUR])


COUNTERATTACK = Candle(
    13, "Counterattack", "CDLCOUNTERATTACK", 2, counterattack, needs=("wL bL", "bL wL")
)
