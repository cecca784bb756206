"""Recognise the stalled pattern.

Two long bodies, then a short one that starts at the second's close. Three white bodies close higher
each time, and each opens inside or near the one before it. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLSTALLEDPATTERN.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    NEAR,
    NOW,
    TINY,
    UPPER,
    USUAL,
    Frame,
)
from pl.signals.candles.soldiers import climbs, opens_inside


@leaf
def stalled_pattern(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (climbs(c) and opens_inside(c, B1) and c[B2, BODY] > c[B2, USUAL]):
        return 0
    if not (c[B1, BODY] > c[B1, USUAL] and c[B1, UPPER] < c[B1, TINY]):
        return 0
    stalls = c[NOW, OPEN] >= c[B1, CLOSE] - c[NOW, BODY] - c[B1, NEAR]
    return -100 if stalls and c[NOW, BODY] < c[NOW, USUAL] else 0


STALLED_PATTERN = Candle(
    52, "Stalled_Pattern", "CDLSTALLEDPATTERN", 3, stalled_pattern, needs=("wL wL wS",)
)
