"""Recognise the stars: a long body, a small one beyond a gap, a reply.

The reply is not short, has the other colour than the first body and closes more than 30 % into
it. Morning stars fall and turn up (bullish), evening stars rise and turn down (bearish).
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TINY,
    TOP,
    USUAL,
    Frame,
)

PENETRATION: Final = 0.3


@leaf
def replies(c: Frame, colour: float) -> bool:
    """Tell whether a body of `colour` that is not short comes back into the long first one."""
    if not (c[B2, COLOUR] == -colour and c[NOW, COLOUR] == colour):
        return False
    if not (c[B2, BODY] > c[B2, USUAL] and c[NOW, BODY] > c[NOW, USUAL]):
        return False
    if colour > 0.0:
        return bool(c[NOW, CLOSE] > c[B2, CLOSE] + c[B2, BODY] * PENETRATION)
    return bool(c[NOW, CLOSE] < c[B2, CLOSE] - c[B2, BODY] * PENETRATION)


@leaf
def morning_star(c: Frame) -> int:
    """Morning star: the second body is short and lies below the first."""
    is_star = c[B1, BODY] <= c[B1, USUAL] and c[B1, TOP] < c[B2, BOTTOM]
    return 100 if is_star and replies(c, 1.0) else 0


@leaf
def evening_star(c: Frame) -> int:
    """Evening star: the second body is short and lies above the first."""
    is_star = c[B1, BODY] <= c[B1, USUAL] and c[B1, BOTTOM] > c[B2, TOP]
    return -100 if is_star and replies(c, -1.0) else 0


@leaf
def morning_doji_star(c: Frame) -> int:
    """Morning doji star: the second one is a doji below the first body."""
    is_star = c[B1, BODY] <= c[B1, TINY] and c[B1, TOP] < c[B2, BOTTOM]
    return 100 if is_star and replies(c, 1.0) else 0


@leaf
def evening_doji_star(c: Frame) -> int:
    """Evening doji star: the second one is a doji above the first body."""
    is_star = c[B1, BODY] <= c[B1, TINY] and c[B1, BOTTOM] > c[B2, TOP]
    return -100 if is_star and replies(c, -1.0) else 0


@leaf
def abandoned_baby(c: Frame) -> int:
    """Abandoned baby: a doji whose whole bar lies beyond gaps on both sides."""
    if not c[B1, BODY] <= c[B1, TINY]:
        return 0
    if c[B1, HIGH] < min(c[B2, LOW], c[NOW, LOW]):
        return 100 if replies(c, 1.0) else 0
    if c[B1, LOW] > max(c[B2, HIGH], c[NOW, HIGH]):
        return -100 if replies(c, -1.0) else 0
    return 0
