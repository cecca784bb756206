"""Tell how a bar comes back into the long body before it."""

from pl.kernel import leaf
from pl.signals.bars import LOW, OPEN
from pl.signals.candles.frame import B1, BODY, COLOUR, NOW, USUAL, Frame


@leaf
def rallies(c: Frame) -> bool:
    """Tell whether a white bar opens below the low of the long black bar before."""
    turns = c[B1, COLOUR] < 0.0 < c[NOW, COLOUR] and c[B1, BODY] > c[B1, USUAL]
    return bool(turns and c[NOW, OPEN] < c[B1, LOW])
