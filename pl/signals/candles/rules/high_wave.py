"""Recognise the high wave: a short body between shadows more than twice as long as it.

A body is long above the mean body of the 10 bars before it, short below it. No shadow is one below
a tenth of the mean spread of those bars. The direction is the colour of the body.
Source : Nison 1991; thresholds as TA-Lib's CDLHIGHWAVE.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, UPPER, USUAL, Frame


@leaf
def high_wave(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    is_wide = min(c[NOW, UPPER], c[NOW, LOWER]) > 2.0 * c[NOW, BODY]
    return int(100 * c[NOW, COLOUR]) if is_wide and c[NOW, BODY] < c[NOW, USUAL] else 0


HIGH_WAVE = Candle(27, "High_Wave", "CDLHIGHWAVE", 1, high_wave, needs=("S",))
