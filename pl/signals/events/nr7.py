"""Recognise an NR7: the narrowest range of seven bars.

Its range, not zero, is smaller than each of the 6 before and than half the mean true range.
Neutral; fit is 1 less its share of that mean.
Source : Crabel 1990.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import HIGH, LOW, Bars
from pl.signals.hits import NEUTRAL, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text

NARROW: Final = 0.5
NARROWEST_OF: Final = 7


@leaf
def nr7(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is its high, measure its range in mean true ranges."""
    spread = bars[i, HIGH] - bars[i, LOW]
    unit = state[USUAL_RANGE]
    if spread <= 0.0 or spread >= NARROW * unit:
        return SILENT
    for j in range(i - NARROWEST_OF + 1, i):
        if bars[j, HIGH] - bars[j, LOW] <= spread:
            return SILENT
    return NEUTRAL, 1.0 - spread / unit, bars[i, HIGH], spread / unit


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Its range from {price_text(hit.low)} to {price_text(hit.high)} is the narrowest of "
        f"{NARROWEST_OF} bars and {hit.measure:.0%} of the mean range."
    )


NR7 = Pattern(
    number=33,
    name="NR7",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=nr7,
    setting=Setting.REVERSAL,
    weights=Weights(fit=0.4, volume=0.3, context=0.3),
    alert=Alert(0.55, 15),
    explain=explain,
    stop=NO_LEVELS,
    source="Crabel 1990",
)
