"""Recognise three-line strike.

Three bars one way, a fourth from beyond the last back past the first. A body is long above the mean
body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDL3LINESTRIKE.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    COLOUR,
    NOW,
    Frame,
)
from pl.signals.candles.threes import opens_near


@leaf
def three_line_strike(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    colour = c[B1, COLOUR]
    if not (c[B3, COLOUR] == colour and c[B2, COLOUR] == colour and c[NOW, COLOUR] == -colour):
        return 0
    if not (opens_near(c, B2) and opens_near(c, B1)):
        return 0
    if colour > 0.0:
        climbs = c[B1, CLOSE] > c[B2, CLOSE] > c[B3, CLOSE]
        strikes = c[NOW, OPEN] > c[B1, CLOSE] and c[NOW, CLOSE] < c[B3, OPEN]
        return 100 if climbs and strikes else 0
    falls = c[B1, CLOSE] < c[B2, CLOSE] < c[B3, CLOSE]
    strikes = c[NOW, OPEN] < c[B1, CLOSE] and c[NOW, CLOSE] > c[B3, OPEN]
    return -100 if falls and strikes else 0


THREE_LINE_STRIKE = Candle(
    3, "Three_Line_Strike", "CDL3LINESTRIKE", 4, three_line_strike, needs=("w w w b", "b b b w")
)
