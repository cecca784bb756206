"""Recognise formations of five bars: a long body, a rest of three bars, and what follows it."""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    B4,
    BODY,
    BOTTOM,
    COLOUR,
    NOW,
    TINY,
    TOP,
    UPPER,
    USUAL,
    Frame,
)

PENETRATION: Final = 0.5


@leaf
def runs_on(c: Frame, sign: float) -> bool:
    """Tell whether highs and lows of the second to the fourth bar go on by `sign`."""
    for row in range(B2, B1 + 1):
        if not (c[row, HIGH] * sign > c[row - 1, HIGH] * sign):
            return False
        if not (c[row, LOW] * sign > c[row - 1, LOW] * sign):
            return False
    return True


@leaf
def breakaway(c: Frame) -> int:
    """Breakaway: a gap after a long body, three bars on, a fifth back into the gap."""
    sign = c[B4, COLOUR]
    if not (c[B3, COLOUR] == sign and c[B1, COLOUR] == sign and c[NOW, COLOUR] == -sign):
        return 0
    if not (c[B4, BODY] > c[B4, USUAL] and runs_on(c, sign)):
        return 0
    if sign < 0.0:
        returns = c[B3, OPEN] < c[NOW, CLOSE] < c[B4, CLOSE]
        return 100 if returns and c[B3, TOP] < c[B4, BOTTOM] else 0
    returns = c[B4, CLOSE] < c[NOW, CLOSE] < c[B3, OPEN]
    return -100 if returns and c[B3, BOTTOM] > c[B4, TOP] else 0


@leaf
def ladder_bottom(c: Frame) -> int:
    """Ladder bottom: three black steps down, a fourth with an upper shadow, a white bar above."""
    if not (c[B4, COLOUR] < 0.0 and c[B3, COLOUR] < 0.0 and c[B2, COLOUR] < 0.0):
        return 0
    if not (c[B1, COLOUR] < 0.0 < c[NOW, COLOUR] and c[B1, UPPER] > c[B1, TINY]):
        return 0
    if not (c[B4, OPEN] > c[B3, OPEN] > c[B2, OPEN] and c[B4, CLOSE] > c[B3, CLOSE]):
        return 0
    turns = c[NOW, OPEN] > c[B1, OPEN] and c[NOW, CLOSE] > c[B1, HIGH]
    return 100 if turns and c[B3, CLOSE] > c[B2, CLOSE] else 0


@leaf
def rests(c: Frame) -> bool:
    """Tell whether three short bodies follow a long one."""
    first = c[B4, BODY] > c[B4, USUAL] and c[B3, BODY] < c[B3, USUAL]
    return bool(first and c[B2, BODY] < c[B2, USUAL] and c[B1, BODY] < c[B1, USUAL])


@leaf
def mat_hold(c: Frame) -> int:
    """Mat hold: the rest starts beyond a gap up, holds half the white body; a new high follows."""
    if not (c[B4, COLOUR] > 0.0 > c[B3, COLOUR] and c[NOW, COLOUR] > 0.0 and rests(c)):
        return 0
    lowest = min(c[B2, BOTTOM], c[B1, BOTTOM])
    highest = max(c[B2, BOTTOM], c[B1, BOTTOM])
    floor = c[B4, CLOSE] - c[B4, BODY] * PENETRATION
    if not (c[B3, BOTTOM] > c[B4, TOP] and highest < c[B4, CLOSE] and lowest > floor):
        return 0
    if not (c[B2, TOP] < c[B3, OPEN] and c[B1, TOP] < c[B2, TOP] and c[NOW, OPEN] > c[B1, CLOSE]):
        return 0
    top = max(c[B3, HIGH], c[B2, HIGH], c[B1, HIGH])
    return 100 if c[NOW, CLOSE] > top else 0


@leaf
def three_methods(c: Frame) -> int:
    """Rising or falling three methods: a rest against and inside a long body, then on with it."""
    sign = c[B4, COLOUR]
    if not (rests(c) and c[NOW, BODY] > c[NOW, USUAL] and c[NOW, COLOUR] == sign):
        return 0
    for row in range(B3, NOW):
        if c[row, COLOUR] != -sign:
            return 0
        if not (c[row, BOTTOM] < c[B4, HIGH] and c[row, TOP] > c[B4, LOW]):
            return 0
    if not (c[B3, CLOSE] * sign > c[B2, CLOSE] * sign > c[B1, CLOSE] * sign):
        return 0
    goes_on = c[NOW, OPEN] * sign > c[B1, CLOSE] * sign
    return int(100 * sign) if goes_on and c[NOW, CLOSE] * sign > c[B4, CLOSE] * sign else 0
