"""Recognise the dark cloud cover: after a long white bar, from above its high to below its middle.

Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLDARKCLOUDCOVER.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import B1, BODY, COLOUR, NOW, USUAL, Frame


@leaf
def dark_cloud_cover(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    turns = c[B1, COLOUR] > 0.0 > c[NOW, COLOUR] and c[B1, BODY] > c[B1, USUAL]
    if not (turns and c[NOW, OPEN] > c[B1, HIGH]):
        return 0
    return -100 if c[B1, OPEN] < c[NOW, CLOSE] < c[B1, CLOSE] - c[B1, BODY] * 0.5 else 0


DARK_CLOUD_COVER = Candle(
    14, "Dark_Cloud_Cover", "CDLDARKCLOUDCOVER", 2, dark_cloud_cover, needs=("wL b",)
)
