"""Recognise the spinning top: a short body between shadows longer than it.

A body is long above the mean body of the 10 bars before it, short below it. No shadow is one below
a tenth of the mean spread of those bars. The direction is the colour of the body.
Source : Nison 1991; thresholds as TA-Lib's CDLSPINNINGTOP.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, UPPER, USUAL, Frame


@leaf
def spinning_top(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_wide = min(c[NOW, UPPER], c[NOW, LOWER]) > c[NOW, BODY]
    return int(100 * c[NOW, COLOUR]) if is_wide and c[NOW, BODY] < c[NOW, USUAL] else 0


SPINNING_TOP = Candle(51, "Spinning_Top", "CDLSPINNINGTOP", 1, spinning_top, needs=("S",))
