"""Recognise three black crows: after a white bar, each opens inside the body before it.

The three black bars have hardly any lower shadow and close lower each time. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDL3BLACKCROWS.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, OPEN
from pl.signals.candles.crows import sinks
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    COLOUR,
    NOW,
    Frame,
)


@leaf
def three_black_crows(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (sinks(c) and c[B3, COLOUR] > 0.0 and c[B3, HIGH] > c[B2, CLOSE]):
        return 0
    inside = c[B2, CLOSE] < c[B1, OPEN] < c[B2, OPEN] and c[B1, CLOSE] < c[NOW, OPEN] < c[B1, OPEN]
    return -100 if inside else 0


THREE_BLACK_CROWS = Candle(
    1, "Three_Black_Crows", "CDL3BLACKCROWS", 4, three_black_crows, needs=("w b b b",)
)
