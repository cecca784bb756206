"""Tell how a body answers the one before it: inside it, or off it with a gap between."""

from pl.kernel import leaf
from pl.signals.bars import HIGH, LOW
from pl.signals.candles.frame import (
    B1,
    BODY,
    BOTTOM,
    COLOUR,
    LOWER,
    NOW,
    TINY,
    TOP,
    UPPER,
    USUAL,
    Frame,
)


@leaf
def nested(c: Frame) -> int:
    """Return 100 for a body inside the one before, 80 when they share an end, else 0."""
    over = c[B1, TOP] - c[NOW, TOP]
    under = c[NOW, BOTTOM] - c[B1, BOTTOM]
    if min(over, under) < 0.0:
        return 0
    return 100 if min(over, under) > 0.0 else 80


@leaf
def kicks(c: Frame) -> bool:
    """Tell whether a marubozu follows one of the other colour beyond a gap between the bars."""
    if c[B1, COLOUR] != -c[NOW, COLOUR]:
        return False
    gap = c[NOW, LOW] - c[B1, HIGH] if c[B1, COLOUR] < 0.0 else c[B1, LOW] - c[NOW, HIGH]
    was_bare = c[B1, BODY] > c[B1, USUAL] and max(c[B1, UPPER], c[B1, LOWER]) < c[B1, TINY]
    is_bare = c[NOW, BODY] > c[NOW, USUAL] and max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, TINY]
    return bool(gap > 0.0 and was_bare and is_bare)
