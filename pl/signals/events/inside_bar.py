"""Recognise an inside bar: its range lies within that of a wide bar before it.

High and low lie within those of the bar before, which spans at least one and a half mean true
ranges. Neutral; fit is 1 less its share of that bar's range.
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

WIDE: Final = 1.5


@leaf
def inside_bar(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the high of the bar before, measure its low."""
    top, bottom = bars[i - 1, HIGH], bars[i - 1, LOW]
    spread = bars[i, HIGH] - bars[i, LOW]
    if bars[i, HIGH] >= top or bars[i, LOW] <= bottom or spread <= 0.0:
        return SILENT
    if top - bottom < WIDE * state[USUAL_RANGE]:
        return SILENT
    return NEUTRAL, 1.0 - spread / (top - bottom), top, bottom


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Its range from {price_text(hit.low)} to {price_text(hit.high)} lies inside that of the "
        f"bar before, {price_text(hit.measure)} to {price_text(hit.level)}."
    )


INSIDE_BAR = Pattern(
    number=31,
    name="Inside_Bar",
    family="event",
    n_bars=2,
    warm_up=21,
    rule=inside_bar,
    setting=Setting.REVERSAL,
    weights=Weights(fit=0.4, volume=0.3, context=0.3),
    alert=Alert(0.55, 15),
    explain=explain,
    stop=NO_LEVELS,
    source="Crabel 1990",
)
