"""Recognise separating lines: a belt hold off the open of the bar before, which went the other way.

A body is long above the mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLSEPARATINGLINES.
"""

from pl.kernel import leaf
from pl.signals.bars import OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    BODY,
    COLOUR,
    EQUAL,
    LOWER,
    NOW,
    TINY,
    UPPER,
    USUAL,
    Frame,
)


@leaf
def separating_lines(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    open_, slack = c[B1, OPEN], c[B1, EQUAL]
    if not (c[B1, COLOUR] == -c[NOW, COLOUR] and c[NOW, BODY] > c[NOW, USUAL]):
        return 0
    behind = c[NOW, LOWER] if c[NOW, COLOUR] > 0.0 else c[NOW, UPPER]
    if not (open_ - slack <= c[NOW, OPEN] <= open_ + slack and behind < c[NOW, TINY]):
        return 0
    return int(100 * c[NOW, COLOUR])


SEPARATING_LINES = Candle(
    48, "Separating_Lines", "CDLSEPARATINGLINES", 2, separating_lines, needs=("w bL", "b wL")
)
