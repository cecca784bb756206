"""Recognise the gravestone doji: a doji at the low, with an upper shadow.

A doji's body is at most a tenth of the mean spread of the 10 bars before. It has no direction,
which is written as +100.
Source : Nison 1991; thresholds as TA-Lib's CDLGRAVESTONEDOJI.
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
def gravestone_doji(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and c[NOW, LOWER] < c[NOW, TINY]):
        return 0
    return 100 if c[NOW, UPPER] > c[NOW, TINY] else 0


GRAVESTONE_DOJI = Candle(
    22, "Gravestone_Doji", "CDLGRAVESTONEDOJI", 1, gravestone_doji, needs=("d",), directed=False
)
