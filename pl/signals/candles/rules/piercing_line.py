"""Recognise the piercing line.

Its body is long and closes above the middle of the black body, inside it. A white bar opens below
the low of the long black bar before. Bullish.
Source : Nison 1991; thresholds as TA-Lib's CDLPIERCING.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import B1, BODY, NOW, USUAL, Frame
from pl.signals.candles.penetrations import rallies


@leaf
def piercing_line(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (rallies(c) and c[NOW, BODY] > c[NOW, USUAL]):
        return 0
    return 100 if c[B1, CLOSE] + c[B1, BODY] * 0.5 < c[NOW, CLOSE] < c[B1, OPEN] else 0


PIERCING_LINE = Candle(45, "Piercing_Line", "CDLPIERCING", 2, piercing_line, needs=("bL wL",))
