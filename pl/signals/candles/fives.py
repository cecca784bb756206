"""Tell what formations of five bars share: how three bars go on, and how they rest."""

from pl.kernel import leaf
from pl.signals.bars import HIGH, LOW
from pl.signals.candles.frame import (
    B1,
    B2,
    B3,
    B4,
    BODY,
    USUAL,
    Frame,
)


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
def rests(c: Frame) -> bool:
    """Tell whether three short bodies follow a long one."""
    first = c[B4, BODY] > c[B4, USUAL] and c[B3, BODY] < c[B3, USUAL]
    return bool(first and c[B2, BODY] < c[B2, USUAL] and c[B1, BODY] < c[B1, USUAL])
