"""Recognise the ladder bottom.

Three black steps down, a fourth with an upper shadow, a white bar above. A body is long above the
mean body of the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDLLADDERBOTTOM.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    B4,
    COLOUR,
    NOW,
    TINY,
    UPPER,
    Frame,
)


@leaf
def ladder_bottom(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B4, COLOUR] < 0.0 and c[B3, COLOUR] < 0.0 and c[B2, COLOUR] < 0.0):
        return 0
    if not (c[B1, COLOUR] < 0.0 < c[NOW, COLOUR] and c[B1, UPPER] > c[B1, TINY]):
        return 0
    if not (c[B4, OPEN] > c[B3, OPEN] > c[B2, OPEN] and c[B4, CLOSE] > c[B3, CLOSE]):
        return 0
    turns = c[NOW, OPEN] > c[B1, OPEN] and c[NOW, CLOSE] > c[B1, HIGH]
    return 100 if turns and c[B3, CLOSE] > c[B2, CLOSE] else 0


LADDER_BOTTOM = Candle(
    36, "Ladder_Bottom", "CDLLADDERBOTTOM", 5, ladder_bottom, needs=("b b b b w",)
)
