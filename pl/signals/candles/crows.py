"""Tell what the crows share: black bars that sink, and black bars beyond a gap up."""

from pl.kernel import leaf
from pl.signals.bars import CLOSE
from pl.signals.candles.frame import (
    B1,
    B2,
    BODY,
    BOTTOM,
    COLOUR,
    LOWER,
    NOW,
    TINY,
    TOP,
    USUAL,
    Frame,
)


@leaf
def sinks(c: Frame) -> bool:
    """Tell whether three black bars with hardly any lower shadow close lower each time."""
    for row in range(B2, NOW + 1):
        if not (c[row, COLOUR] < 0.0 and c[row, LOWER] < c[row, TINY]):
            return False
    return bool(c[B2, CLOSE] > c[B1, CLOSE] > c[NOW, CLOSE])


@leaf
def gaps_above(c: Frame) -> bool:
    """Tell whether two black bars follow a long white body, the first one beyond a gap up."""
    colours = c[B2, COLOUR] > 0.0 and c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0
    return bool(colours and c[B2, BODY] > c[B2, USUAL] and c[B1, BOTTOM] > c[B2, TOP])
