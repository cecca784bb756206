"""Tell how the last body of a star replies to the first."""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE
from pl.signals.candles.frame import (
    B2,
    BODY,
    COLOUR,
    NOW,
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
