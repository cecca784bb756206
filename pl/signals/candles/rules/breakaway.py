"""Recognise the breakaway: a gap after a long body, three bars on, a fifth back into the gap.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLBREAKAWAY.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.fives import runs_on
from pl.signals.candles.frame import (
    B1,
    B3,
    B4,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TOP,
    USUAL,
    Frame,
)


@leaf
def breakaway(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    sign = c[B4, COLOUR]
    if not (c[B3, COLOUR] == sign and c[B1, COLOUR] == sign and c[NOW, COLOUR] == -sign):
        return 0
    if not (c[B4, BODY] > c[B4, USUAL] and runs_on(c, sign)):
        return 0
    if sign < 0.0:
        returns = c[B3, OPEN] < c[NOW, CLOSE] < c[B4, CLOSE]
        return 100 if returns and c[B3, TOP] < c[B4, BOTTOM] else 0
    returns = c[B4, CLOSE] < c[NOW, CLOSE] < c[B3, OPEN]
    return -100 if returns and c[B3, BOTTOM] > c[B4, TOP] else 0


BREAKAWAY = Candle(
    10, "Breakaway", "CDLBREAKAWAY", 5, breakaway, needs=("wL w . w b", "bL b . b w")
)
