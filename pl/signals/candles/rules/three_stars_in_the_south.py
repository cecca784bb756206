"""Recognise three stars in the south.

Three black bars, each smaller and higher at its low; bullish. A body is long above the mean body of
the 10 bars before it, short below it.
Source : Nison 1991; thresholds as TA-Lib's CDL3STARSINSOUTH.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    COLOUR,
    LOWER,
    NOW,
    TINY,
    UPPER,
    USUAL,
    Frame,
)


@leaf
def three_stars_in_the_south(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B2, COLOUR] < 0.0 and c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0):
        return 0
    if not (c[B2, BODY] > c[B2, USUAL] and c[B2, LOWER] > c[B2, BODY] > c[B1, BODY]):
        return 0
    if not (c[B2, CLOSE] < c[B1, OPEN] <= c[B2, HIGH] and c[B1, LOWER] > c[B1, TINY]):
        return 0
    if not (c[B2, LOW] <= c[B1, LOW] < c[B2, CLOSE] and c[NOW, BODY] < c[NOW, USUAL]):
        return 0
    is_bare = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, TINY]
    return 100 if is_bare and c[NOW, LOW] > c[B1, LOW] and c[NOW, HIGH] < c[B1, HIGH] else 0


THREE_STARS_IN_THE_SOUTH = Candle(
    5,
    "Three_Stars_In_The_South",
    "CDL3STARSINSOUTH",
    3,
    three_stars_in_the_south,
    needs=("bL b bS",),
)
