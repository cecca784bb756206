"""Recognise the closing marubozu: a long body without a shadow at its close.

A body is long above the mean body of the 10 bars before it, short below it. No shadow is one below
a tenth of the mean spread of those bars. The direction is the colour of the body.
Source : Nison 1991; thresholds as TA-Lib's CDLCLOSINGMARUBOZU.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, TINY, UPPER, USUAL, Frame


@leaf
def closing_marubozu(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    ahead = c[NOW, UPPER] if c[NOW, COLOUR] > 0.0 else c[NOW, LOWER]
    is_bare = c[NOW, BODY] > c[NOW, USUAL] and ahead < c[NOW, TINY]
    return int(100 * c[NOW, COLOUR]) if is_bare else 0


CLOSING_MARUBOZU = Candle(
    11, "Closing_Marubozu", "CDLCLOSINGMARUBOZU", 1, closing_marubozu, needs=("L",)
)
