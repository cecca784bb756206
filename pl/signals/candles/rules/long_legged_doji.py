"""Recognise the long-legged doji: a doji with a shadow longer than its body.

A doji's body is at most a tenth of the mean spread of the 10 bars before. It has no direction,
which is written as +100.
Source : Nison 1991; thresholds as TA-Lib's CDLLONGLEGGEDDOJI.
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
def long_legged_doji(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not c[NOW, BODY] <= c[NOW, TINY]:
        return 0
    return 100 if max(c[NOW, LOWER], c[NOW, UPPER]) > c[NOW, BODY] else 0


LONG_LEGGED_DOJI = Candle(
    37, "Long_Legged_Doji", "CDLLONGLEGGEDDOJI", 1, long_legged_doji, needs=("d",), directed=False
)
