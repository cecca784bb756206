"""Recognise the golden and the death cross of the means of 50 and 200 closes.

Golden cross: the mean of 50 closes rises above that of 200. Death cross: it falls below. Fit is
x / (1 + x), with x five times the change of their difference in this bar, in mean true ranges:
how steeply they cross.
Source : Murphy 1999, ch. 9.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.events.crossing import WEIGHTS, may_cross, told, verdict_of
from pl.signals.hits import SILENT, Hit, Verdict
from pl.signals.indicators.rules.simple_average import sma_50, sma_200
from pl.signals.indicators.state import SMA_50, SMA_200, USUAL_RANGE
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting

FAST: Final = 50
SLOW: Final = 200


@leaf
def slow_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge the averages of 50 and 200 closes at bar `i`."""
    fast, slow, unit = state[SMA_50], state[SMA_200], state[USUAL_RANGE]
    if unit <= 0.0 or not may_cross(bars, i, fast - slow, FAST, SLOW):
        return SILENT
    before = sma_50(bars, i - 1) - sma_200(bars, i - 1)
    return verdict_of(before, fast - slow, unit, slow, fast)


@leaf
def golden_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the mean of 200 closes, measure that of 50."""
    if state[SMA_50] <= state[SMA_200]:
        return SILENT
    return slow_cross(bars, i, state)


@leaf
def death_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the mean of 200 closes, measure that of 50."""
    if state[SMA_50] >= state[SMA_200]:
        return SILENT
    return slow_cross(bars, i, state)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return told(hit, FAST, SLOW)


GOLDEN_CROSS = Pattern(
    number=26,
    name="Golden_Cross",
    family="event",
    n_bars=1,
    warm_up=201,
    rule=golden_cross,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.35, 15),
    explain=explain,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 9",
    draws=("sma_50", "sma_200"),
)


DEATH_CROSS = Pattern(
    number=27,
    name="Death_Cross",
    family="event",
    n_bars=1,
    warm_up=201,
    rule=death_cross,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.35, 15),
    explain=explain,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 9",
    draws=("sma_50", "sma_200"),
)
