"""Recognise the dragonfly doji: a doji at the high, with a lower shadow.

A doji's body is at most a tenth of the mean spread of the 10 bars before. It has no direction,
which is written as +100.
Source : Nison 1991; thresholds as TA-Lib's CDLDRAGONFLYDOJI.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    BODY,
    LOWER,
    NOW,
    TINY,
    UPPER,
    Frame,
)


@leaf
def dragonfly_doji(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and c[NOW, UPPER] < c[NOW, TINY]):
        return 0
    return 100 if c[NOW, LOWER] > c[NOW, TINY] else 0


DRAGONFLY_DOJI = Candle(
    17, "Dragonfly_Doji", "CDLDRAGONFLYDOJI", 1, dragonfly_doji, needs=("d",), directed=False
)
