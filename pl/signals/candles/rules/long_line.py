"""Recognise the long line: a long body between shadows shorter than usual.

A body is long above the mean body of the 10 bars before it, short below it. No shadow is one below
a tenth of the mean spread of those bars. The direction is the colour of the body.
Source : Nison 1991; thresholds as TA-Lib's CDLLONGLINE.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, SHADOW, UPPER, USUAL, Frame


@leaf
def long_line(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_clean = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, SHADOW]
    return int(100 * c[NOW, COLOUR]) if is_clean and c[NOW, BODY] > c[NOW, USUAL] else 0


LONG_LINE = Candle(38, "Long_Line", "CDLLONGLINE", 1, long_line, needs=("L",))
