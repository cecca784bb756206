"""Recognise the hammer and its kin: a short body and one shadow longer than it.

Hammer (bullish) and hanging man (bearish) have the shadow below, hardly one above; the hammer's
body lies at or near the low of the bar before, the hanging man's at or near its high. Inverted
hammer (bullish) and shooting star (bearish) have it above, hardly one below, their body beyond a
gap down and up.
"""

from pl.kernel import leaf
from pl.signals.bars import HIGH, LOW
from pl.signals.candles.frame import (
    B1,
    BODY,
    BOTTOM,
    LOWER,
    NEAR,
    NOW,
    TINY,
    TOP,
    UPPER,
    USUAL,
    Frame,
)


@leaf
def hangs_down(c: Frame) -> bool:
    """Tell whether the bar is a short body above a shadow longer than it."""
    is_short = c[NOW, BODY] < c[NOW, USUAL] and c[NOW, LOWER] > c[NOW, BODY]
    return bool(is_short and c[NOW, UPPER] < c[NOW, TINY])


@leaf
def stands_up(c: Frame) -> bool:
    """Tell whether the bar is a short body below a shadow longer than it."""
    is_short = c[NOW, BODY] < c[NOW, USUAL] and c[NOW, UPPER] > c[NOW, BODY]
    return bool(is_short and c[NOW, LOWER] < c[NOW, TINY])


@leaf
def hammer(c: Frame) -> int:
    """Hammer: the shadow below, the body at or near the low of the bar before."""
    return 100 if hangs_down(c) and c[NOW, BOTTOM] <= c[B1, LOW] + c[B1, NEAR] else 0


@leaf
def hanging_man(c: Frame) -> int:
    """Hanging man: the shadow below, the body at or near the high of the bar before."""
    return -100 if hangs_down(c) and c[NOW, BOTTOM] >= c[B1, HIGH] - c[B1, NEAR] else 0


@leaf
def inverted_hammer(c: Frame) -> int:
    """Inverted hammer: the shadow above, the body beyond a gap down."""
    return 100 if stands_up(c) and c[NOW, TOP] < c[B1, BOTTOM] else 0


@leaf
def shooting_star(c: Frame) -> int:
    """Shooting star: the shadow above, the body beyond a gap up."""
    return -100 if stands_up(c) and c[NOW, BOTTOM] > c[B1, TOP] else 0
