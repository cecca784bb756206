"""Recognise the takuri: a dragonfly doji whose lower shadow is more than twice its body.

A doji's body is at most a tenth of the mean spread of the 10 bars before. It has no direction,
which is written as +100.
Source : Nison 1991; thresholds as TA-Lib's CDLTAKURI.
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
def takuri(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and c[NOW, UPPER] < c[NOW, TINY]):
        return 0
    return 100 if c[NOW, LOWER] > 2.0 * c[NOW, BODY] else 0


TAKURI = Candle(54, "Takuri", "CDLTAKURI", 1, takuri, needs=("d",), directed=False)
