"""Recognise formations of three or four bars that turn, or rest, around one body."""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    BODY,
    BOTTOM,
    COLOUR,
    EQUAL,
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
def three_inside(c: Frame) -> int:
    """Three inside up or down: a harami, then a close beyond the long body's open."""
    if not (c[B2, BODY] > c[B2, USUAL] and c[B1, BODY] <= c[B1, USUAL]):
        return 0
    if not (c[B1, TOP] < c[B2, TOP] and c[B1, BOTTOM] > c[B2, BOTTOM]):
        return 0
    if c[B2, COLOUR] > 0.0:
        return -100 if c[NOW, COLOUR] < 0.0 and c[NOW, CLOSE] < c[B2, OPEN] else 0
    return 100 if c[NOW, COLOUR] > 0.0 and c[NOW, CLOSE] > c[B2, OPEN] else 0


@leaf
def three_outside(c: Frame) -> int:
    """Three outside up or down: an engulfing body, then a close further on."""
    if c[B1, COLOUR] > 0.0 > c[B2, COLOUR]:
        engulfs = c[B1, CLOSE] > c[B2, OPEN] and c[B1, OPEN] < c[B2, CLOSE]
        return 100 if engulfs and c[NOW, CLOSE] > c[B1, CLOSE] else 0
    if c[B1, COLOUR] < 0.0 < c[B2, COLOUR]:
        engulfs = c[B1, OPEN] > c[B2, CLOSE] and c[B1, CLOSE] < c[B2, OPEN]
        return -100 if engulfs and c[NOW, CLOSE] < c[B1, CLOSE] else 0
    return 0


@leaf
def opens_near(c: Frame, row: int) -> bool:
    """Tell whether a bar opens inside the body before it or near it."""
    before = row - 1
    near = c[before, NEAR]
    return bool(c[before, BOTTOM] - near <= c[row, OPEN] <= c[before, TOP] + near)


@leaf
def three_line_strike(c: Frame) -> int:
    """Three-line strike: three bars one way, a fourth from beyond the last back past the first."""
    colour = c[B1, COLOUR]
    if not (c[B3, COLOUR] == colour and c[B2, COLOUR] == colour and c[NOW, COLOUR] == -colour):
        return 0
    if not (opens_near(c, B2) and opens_near(c, B1)):
        return 0
    if colour > 0.0:
        climbs = c[B1, CLOSE] > c[B2, CLOSE] > c[B3, CLOSE]
        strikes = c[NOW, OPEN] > c[B1, CLOSE] and c[NOW, CLOSE] < c[B3, OPEN]
        return 100 if climbs and strikes else 0
    falls = c[B1, CLOSE] < c[B2, CLOSE] < c[B3, CLOSE]
    strikes = c[NOW, OPEN] < c[B1, CLOSE] and c[NOW, CLOSE] > c[B3, OPEN]
    return -100 if falls and strikes else 0


@leaf
def three_stars_in_the_south(c: Frame) -> int:
    """Three stars in the south: three black bars, each smaller and higher at its low; bullish."""
    if not (c[B2, COLOUR] < 0.0 and c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0):
        return 0
    if not (c[B2, BODY] > c[B2, USUAL] and c[B2, LOWER] > c[B2, BODY] > c[B1, BODY]):
        return 0
    if not (c[B2, CLOSE] < c[B1, OPEN] <= c[B2, HIGH] and c[B1, LOWER] > c[B1, TINY]):
        return 0
    if not (c[B2, LOW] <= c[B1, LOW] < c[B2, CLOSE] and c[NOW, BODY] < c[NOW, USUAL]):
        return 0
    is_bare = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, TINY]
    return 100 if is_bare and c[NOW, LOW] > c[B1, LOW] and c[NOW, HIGH] < c[B1, HIGH] else 0


@leaf
def stick_sandwich(c: Frame) -> int:
    """Stick sandwich: two black bars close at one price around a white one above; bullish."""
    if not (c[B2, COLOUR] < 0.0 < c[B1, COLOUR] and c[NOW, COLOUR] < 0.0):
        return 0
    close, slack = c[B2, CLOSE], c[B2, EQUAL]
    return 100 if c[B1, LOW] > close and close - slack <= c[NOW, CLOSE] <= close + slack else 0


@leaf
def unique_three_river(c: Frame) -> int:
    """Unique three river: a long black body, a black harami to a lower low, a short white one."""
    if not (c[B2, BODY] > c[B2, USUAL] and c[B2, COLOUR] < 0.0 and c[B1, COLOUR] < 0.0):
        return 0
    if not (c[B1, CLOSE] > c[B2, CLOSE] and c[B1, OPEN] <= c[B2, OPEN]):
        return 0
    if not (c[B1, LOW] < c[B2, LOW] and c[NOW, COLOUR] > 0.0):
        return 0
    return 100 if c[NOW, BODY] < c[NOW, USUAL] and c[NOW, OPEN] > c[B1, LOW] else 0


@leaf
def concealing_baby_swallow(c: Frame) -> int:
    """Concealing baby swallow: two black marubozus, a gap down, a black bar around it; bullish."""
    if not (c[B3, COLOUR] < 0.0 and c[B2, COLOUR] < 0.0 and c[B1, COLOUR] < 0.0):
        return 0
    first = max(c[B3, UPPER], c[B3, LOWER]) < c[B3, TINY] and c[NOW, COLOUR] < 0.0
    if not (first and max(c[B2, UPPER], c[B2, LOWER]) < c[B2, TINY]):
        return 0
    if not (c[B1, TOP] < c[B2, BOTTOM] and c[B1, UPPER] > c[B1, TINY]):
        return 0
    swallows = c[NOW, HIGH] > c[B1, HIGH] and c[NOW, LOW] < c[B1, LOW]
    return 100 if swallows and c[B1, HIGH] > c[B2, CLOSE] else 0
