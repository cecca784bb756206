"""Recognise up- or downside gap three methods: a bar from inside the second body into the first.

The gap is between bodies.
Source : Nison 1991; thresholds as TA-Lib's CDLXSIDEGAP3METHODS.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BOTTOM,
    COLOUR,
    NOW,
    TOP,
    Frame,
)


@leaf
def gap_three_methods(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B2, COLOUR] == c[B1, COLOUR] == -c[NOW, COLOUR]):
        return 0
    opens_inside = c[B1, BOTTOM] < c[NOW, OPEN] < c[B1, TOP]
    if not (opens_inside and c[B2, BOTTOM] < c[NOW, CLOSE] < c[B2, TOP]):
        return 0
    if c[B2, COLOUR] > 0.0:
        return 100 if c[B1, BOTTOM] > c[B2, TOP] else 0
    return -100 if c[B1, TOP] < c[B2, BOTTOM] else 0


GAP_THREE_METHODS = Candle(
    60, "Gap_Three_Methods", "CDLXSIDEGAP3METHODS", 3, gap_three_methods, needs=("w w b", "b b w")
)
