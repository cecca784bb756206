"""Recognise the gap side-by-side white: two white bars alike beyond a gap, in the gap's direction.

The gap is between bodies.
Source : Nison 1991; thresholds as TA-Lib's CDLGAPSIDESIDEWHITE.
"""

from pl.kernel import leaf
from pl.signals.bars import OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    COLOUR,
    EQUAL,
    NEAR,
    NOW,
    TOP,
    Frame,
)


@leaf
def gap_side_by_side_white(c: Frame) -> int:
    """Judge the bar of a frame; return its strength, 0 when it is none."""
    if not (c[B1, COLOUR] > 0.0 and c[NOW, COLOUR] > 0.0):
        return 0
    is_up = c[B1, BOTTOM] > c[B2, TOP] and c[NOW, BOTTOM] > c[B2, TOP]
    is_down = c[B1, TOP] < c[B2, BOTTOM] and c[NOW, TOP] < c[B2, BOTTOM]
    body, near, open_, slack = c[B1, BODY], c[B1, NEAR], c[B1, OPEN], c[B1, EQUAL]
    if not (body - near <= c[NOW, BODY] <= body + near):
        return 0
    if not ((is_up or is_down) and open_ - slack <= c[NOW, OPEN] <= open_ + slack):
        return 0
    return 100 if is_up else -100


GAP_SIDE_BY_SIDE_WHITE = Candle(
    21, "Gap_Side_By_Side_White", "CDLGAPSIDESIDEWHITE", 3, gap_side_by_side_white, needs=("w w",)
)
