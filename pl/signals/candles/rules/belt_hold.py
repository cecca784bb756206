"""Recognise the belt hold: a long body without a shadow at its open.

A body is long above the mean body of the 10 bars before it, short below it. No shadow is one below
a tenth of the mean spread of those bars. The direction is the colour of the body.
Source : Nison 1991; thresholds as TA-Lib's CDLBELTHOLD.
"""

from pl.kernel import leaf
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, TINY, UPPER, USUAL, Frame


@leaf
def belt_hold(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    behind = c[NOW, LOWER] if c[NOW, COLOUR] > 0.0 else c[NOW, UPPER]
    is_held = c[NOW, BODY] > c[NOW, USUAL] and behind < c[NOW, TINY]
    return int(100 * c[NOW, COLOUR]) if is_held else 0


BELT_HOLD = Candle(9, "Belt_Hold", "CDLBELTHOLD", 1, belt_hold, needs=("L",))
