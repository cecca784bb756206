"""Recognise the dojis: open and close nearly the same.

A doji's body is at most a tenth of the mean spread of the 10 bars before. What surrounds the body
tells them apart; none but the stars has a direction, which TA-Lib writes as +100.
"""

from pl.kernel import leaf
from pl.signals.bars import LOW
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    COLOUR,
    LOWER,
    NEAR,
    NOW,
    SPREAD,
    TINY,
    TOP,
    UPPER,
    USUAL,
    Frame,
)


@leaf
def doji(c: Frame) -> int:
    """Doji: the bar has a spread (one of a single price says nothing) and hardly a body."""
    return 100 if c[NOW, BODY] <= c[NOW, TINY] and c[NOW, SPREAD] > 0.0 else 0


@leaf
def dragonfly_doji(c: Frame) -> int:
    """Dragonfly doji: a doji at the high, with a lower shadow."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and c[NOW, UPPER] < c[NOW, TINY]):
        return 0
    return 100 if c[NOW, LOWER] > c[NOW, TINY] else 0


@leaf
def gravestone_doji(c: Frame) -> int:
    """Gravestone doji: a doji at the low, with an upper shadow."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and c[NOW, LOWER] < c[NOW, TINY]):
        return 0
    return 100 if c[NOW, UPPER] > c[NOW, TINY] else 0


@leaf
def long_legged_doji(c: Frame) -> int:
    """Long-legged doji: a doji with a shadow longer than its body."""
    if not c[NOW, BODY] <= c[NOW, TINY]:
        return 0
    return 100 if max(c[NOW, LOWER], c[NOW, UPPER]) > c[NOW, BODY] else 0


@leaf
def rickshaw_man(c: Frame) -> int:
    """Rickshaw man: a doji with two shadows longer than its body, near the middle of the bar."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and min(c[NOW, LOWER], c[NOW, UPPER]) > c[NOW, BODY]):
        return 0
    middle = c[NOW, LOW] + c[NOW, SPREAD] / 2.0
    if not (c[NOW, BOTTOM] <= middle + c[NOW, NEAR] and c[NOW, TOP] >= middle - c[NOW, NEAR]):
        return 0
    return 100


@leaf
def takuri(c: Frame) -> int:
    """Takuri: a dragonfly doji whose lower shadow is more than twice its body."""
    if not (c[NOW, BODY] <= c[NOW, TINY] and c[NOW, UPPER] < c[NOW, TINY]):
        return 0
    return 100 if c[NOW, LOWER] > 2.0 * c[NOW, BODY] else 0


@leaf
def doji_star(c: Frame) -> int:
    """Doji star: a long body, then a doji beyond a gap in its direction; it may turn."""
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, TINY]):
        return 0
    if c[B1, COLOUR] > 0.0 and c[NOW, BOTTOM] > c[B1, TOP]:
        return -100
    return 100 if c[B1, COLOUR] < 0.0 and c[NOW, TOP] < c[B1, BOTTOM] else 0


@leaf
def tristar(c: Frame) -> int:
    """Tristar: three dojis, the middle one beyond a gap, the last one coming back."""
    limit = c[B2, TINY]
    if not (c[B2, BODY] <= limit and c[B1, BODY] <= limit and c[NOW, BODY] <= limit):
        return 0
    if c[B1, BOTTOM] > c[B2, TOP] and c[NOW, TOP] < c[B1, TOP]:
        return -100
    return 100 if c[B1, TOP] < c[B2, BOTTOM] and c[NOW, BOTTOM] > c[B1, BOTTOM] else 0
