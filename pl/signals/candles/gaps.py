"""Recognise what happens at a gap between two bodies: it holds, or is filled and holds."""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
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
    """Gap side-by-side white: two white bars alike beyond a gap, in the gap's direction."""
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


@leaf
def tasuki_gap(c: Frame) -> int:
    """Tasuki gap: a bar like the one beyond the gap goes back into it and does not close it."""
    if not (c[B1, COLOUR] == -c[NOW, COLOUR] and c[B1, BOTTOM] < c[NOW, OPEN] < c[B1, TOP]):
        return 0
    if not abs(c[B1, BODY] - c[NOW, BODY]) < c[B1, NEAR]:
        return 0
    if c[B1, COLOUR] > 0.0 and c[B1, BOTTOM] > c[B2, TOP]:
        return 100 if c[B2, TOP] < c[NOW, CLOSE] < c[B1, OPEN] else 0
    if c[B1, COLOUR] < 0.0 and c[B1, TOP] < c[B2, BOTTOM]:
        return -100 if c[B1, OPEN] < c[NOW, CLOSE] < c[B2, BOTTOM] else 0
    return 0


@leaf
def gap_three_methods(c: Frame) -> int:
    """Up- or downside gap three methods: a bar from inside the second body into the first."""
    if not (c[B2, COLOUR] == c[B1, COLOUR] == -c[NOW, COLOUR]):
        return 0
    opens_inside = c[B1, BOTTOM] < c[NOW, OPEN] < c[B1, TOP]
    if not (opens_inside and c[B2, BOTTOM] < c[NOW, CLOSE] < c[B2, TOP]):
        return 0
    if c[B2, COLOUR] > 0.0:
        return 100 if c[B1, BOTTOM] > c[B2, TOP] else 0
    return -100 if c[B1, TOP] < c[B2, BOTTOM] else 0
