"""Tell a short body with one long shadow, below or above it."""

from pl.kernel import leaf
from pl.signals.candles.frame import (
    BODY,
    LOWER,
    NOW,
    TINY,
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
