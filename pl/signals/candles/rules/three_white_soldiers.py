"""Recognise three white soldiers: none far smaller than the one before, the last not short.

Three white bodies close higher each time, and each opens inside or near the one before it. Hardly
any upper shadow. Bullish.
Source : Nison 1991; thresholds as TA-Lib's CDL3WHITESOLDIERS.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    FAR,
    NOW,
    TINY,
    UPPER,
    USUAL,
    Frame,
)
from pl.signals.candles.soldiers import climbs, opens_inside


@leaf
def three_white_soldiers(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (climbs(c) and opens_inside(c, B1) and opens_inside(c, NOW)):
        return 0
    for row in range(B2, NOW + 1):
        if not c[row, UPPER] < c[row, TINY]:
            return 0
    keeps = c[B1, BODY] > c[B2, BODY] - c[B2, FAR] and c[NOW, BODY] > c[B1, BODY] - c[B1, FAR]
    return 100 if keeps and c[NOW, BODY] > c[NOW, USUAL] else 0


THREE_WHITE_SOLDIERS = Candle(
    6, "Three_White_Soldiers", "CDL3WHITESOLDIERS", 3, three_white_soldiers, needs=("w w wL",)
)
