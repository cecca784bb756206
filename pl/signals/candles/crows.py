"""Recognise the crows: black bars after strength, two or three of them; bearish."""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, OPEN
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    BODY,
    BOTTOM,
    COLOUR,
    EQUAL,
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
def three_black_crows(c: Frame) -> int:
    """Three black crows: after a white bar, each opens inside the body before it."""
    if not (sinks(c) and c[B3, COLOUR] > 0.0 and c[B3, HIGH] > c[B2, CLOSE]):
        return 0
    inside = c[B2, CLOSE] < c[B1, OPEN] < c[B2, OPEN] and c[B1, CLOSE] < c[NOW, OPEN] < c[B1, OPEN]
    return -100 if inside else 0


@leaf
def identical_three_crows(c: Frame) -> int:
    """Identical three crows: each opens at the close before it."""
    if not sinks(c):
        return 0
    first, slack = c[B2, CLOSE], c[B2, EQUAL]
    if not first - slack <= c[B1, OPEN] <= first + slack:
        return 0
    second, slack = c[B1, CLOSE], c[B1, EQUAL]
    return -100 if second - slack <= c[NOW, OPEN] <= second + slack else 0


@leaf
def gaps_above(c: Frame) -> bool:
    """Tell whether two black bars follow a long white body, the first one beyond a gap up."""
    colours = c[B2, COLOUR] > 0.0 and c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0
    return bool(colours and c[B2, BODY] > c[B2, USUAL] and c[B1, BOTTOM] > c[B2, TOP])


@leaf
def two_crows(c: Frame) -> int:
    """Two crows: the second opens inside the first and closes inside the white body."""
    if not (gaps_above(c) and c[B1, CLOSE] < c[NOW, OPEN] < c[B1, OPEN]):
        return 0
    return -100 if c[B2, OPEN] < c[NOW, CLOSE] < c[B2, CLOSE] else 0


@leaf
def upside_gap_two_crows(c: Frame) -> int:
    """Upside gap two crows: the second engulfs the short first and leaves the gap open."""
    if not (gaps_above(c) and c[B1, BODY] <= c[B1, USUAL]):
        return 0
    engulfs = c[NOW, OPEN] > c[B1, OPEN] and c[NOW, CLOSE] < c[B1, CLOSE]
    return -100 if engulfs and c[NOW, CLOSE] > c[B2, CLOSE] else 0
