"""Recognise the doji: the bar has a spread (one of a single price says nothing) and hardly a body.

A doji's body is at most a tenth of the mean spread of the 10 bars before. It has no direction,
which is written as +100.
Source : Nison 1991; thresholds as TA-Lib's CDLDOJI.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    BODY,
    NOW,
    SPREAD,
    TINY,
    Frame,
)


@leaf
def doji(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    return 100 if c[NOW, BODY] <= c[NOW, TINY] and c[NOW, SPREAD] > 0.0 else 0


DOJI = Candle(15, "Doji", "CDLDOJI", 1, doji, needs=("d",), directed=False)
