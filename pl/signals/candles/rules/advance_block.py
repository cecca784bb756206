"""Recognise the advance block: a long first body with a short upper shadow, then the march tires.

Three white bodies close higher each time, and each opens inside or near the one before it. It tires
when bodies shrink or grow upper shadows. Bearish.
Source : Nison 1991; thresholds as TA-Lib's CDLADVANCEBLOCK.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    NOW,
    SHADOW,
    UPPER,
    USUAL,
    Frame,
)
from pl.signals.candles.soldiers import climbs, opens_inside, tires


@leaf
def advance_block(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (climbs(c) and opens_inside(c, B1) and opens_inside(c, NOW)):
        return 0
    starts_well = c[B2, BODY] > c[B2, USUAL] and c[B2, UPPER] < c[B2, SHADOW]
    return -100 if starts_well and tires(c) else 0


ADVANCE_BLOCK = Candle(8, "Advance_Block", "CDLADVANCEBLOCK", 3, advance_block, needs=("wL w w",))
