"""Find the turns of the price that divergences compare, each known 5 bars after it.

A trough is a bar whose low is below the lows of the 5 bars before and not above those of the 5
bars after it; a peak is its mirror image at the highs.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import N_LANES, equal_bits, load, smaller, smallest, spread
from pl.signals.bars import HIGH, LOW, Bars

SIDE_BARS: Final = 5
NEAREST: Final = 10
FARTHEST: Final = 60
NOWHERE: Final = -1


@inner_leaf
def is_turn(bars: Bars, p: int, column: int, sign: float) -> bool:
    """Tell whether bar `p` is a turn of a column: a trough with sign 1, a peak with -1."""
    end, signs = sign * bars[p, column], spread(sign)
    before = signs * load(bars, p - SIDE_BARS, column)
    after = signs * load(bars, p + SIDE_BARS - N_LANES + 1, column)
    if smallest(smaller(before, after)) < end:
        return False
    return equal_bits(before, end) & (1 << SIDE_BARS) - 1 == 0


@leaf
def turn_before(bars: Bars, p: int, column: int, sign: float) -> int:
    """Return the last turn 10 to 60 bars before bar `p`, NOWHERE when there is none."""
    for q in range(p - NEAREST, p - FARTHEST - 1, -1):
        if is_turn(bars, q, column, sign):
            return q
    return NOWHERE


@leaf
def compared_turn(bars: Bars, i: int, sign: float) -> int:
    """Return the turn that the one confirmed at bar `i` goes beyond, or NOWHERE.

    sign : 1 for a lower trough, -1 for a higher peak.
    """
    column = LOW if sign > 0.0 else HIGH
    p = i - SIDE_BARS
    if not is_turn(bars, p, column, sign):
        return NOWHERE
    q = turn_before(bars, p, column, sign)
    if q == NOWHERE or sign * bars[p, column] >= sign * bars[q, column]:
        return NOWHERE
    return q
