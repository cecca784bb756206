"""Recognise a moving-average cross: the mean of 20 closes changes sides at that of 50.

It was at or below it at the bar before and is above it now (bullish), or the reverse (bearish).
Fit is x / (1 + x), with x five times the change of their difference in this bar, in mean true
ranges: how steeply they cross.
Source : Murphy 1999, ch. 9.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.events.crossing import WEIGHTS, may_cross, told, verdict_of
from pl.signals.hits import SILENT, Hit, Verdict
from pl.signals.indicators.rules.simple_average import sma_20, sma_50
from pl.signals.indicators.state import SMA_20, SMA_50, USUAL_RANGE
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting

FAST: Final = 20
SLOW: Final = 50


@leaf
def moving_average_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the mean of 50 closes, measure that of 20."""
    fast, slow, unit = state[SMA_20], state[SMA_50], state[USUAL_RANGE]
    if unit <= 0.0 or not may_cross(bars, i, fast - slow, FAST, SLOW):
        return SILENT
    before = sma_20(bars, i - 1) - sma_50(bars, i - 1)
    return verdict_of(before, fast - slow, unit, slow, fast)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return told(hit, FAST, SLOW)


MOVING_AVERAGE_CROSS = Pattern(
    number=25,
    name="Moving_Average_Cross",
    family="event",
    n_bars=1,
    warm_up=51,
    rule=moving_average_cross,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 15),
    explain=explain,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 9",
    draws=("sma_20", "sma_50"),
)
