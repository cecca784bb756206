"""Recognise the marubozu: a long body without shadows.

A body is long above the mean body of the 10 bars before it, short below it. No shadow is one below
a tenth of the mean spread of those bars. The direction is the colour of the body.
Source : Nison 1991; thresholds as TA-Lib's CDLMARUBOZU.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, TINY, UPPER, USUAL, Frame


@leaf
def marubozu(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_bare = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, TINY]
    return int(100 * c[NOW, COLOUR]) if is_bare and c[NOW, BODY] > c[NOW, USUAL] else 0


MARUBOZU = Candle(39, "Marubozu", "CDLMARUBOZU", 1, marubozu, needs=("L",))
