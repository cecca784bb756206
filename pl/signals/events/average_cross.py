"""Recognise crosses of simple moving averages of the closes.

Moving-average cross: the mean of 20 closes was at or below that of 50 at the bar before and is
above it now (bullish), or the reverse (bearish). Golden cross: the mean of 50 closes rises above
that of 200; death cross: it falls below. Fit is x / (1 + x), with x five times the change of
their difference in this bar, in mean true ranges: how steeply they cross.
Source : Murphy 1999, ch. 9.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.channels import sma
from pl.signals.indicators.state import SMA_20, SMA_50, SMA_200, USUAL_RANGE
from pl.signals.indicators.windows import sma_200
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Pattern, Setting, Weights, price_text, side

STEEPNESS: Final = 5.0
NOISE: Final = 1e-9
WEIGHTS: Final = Weights(fit=0.4, volume=0.3, context=0.3)


@leaf
def may_cross(bars: Bars, i: int, apart: float, fast: int, slow: int) -> bool:
    """Tell whether averages `apart` USD from each other can have crossed in bar `i`.

    What they were apart before follows from the closes that came and went, but for rounding; it
    saves the sums of the bar before, which only few bars need.
    """
    rise = (bars[i, CLOSE] - bars[i - fast, CLOSE]) / fast
    before = apart - rise + (bars[i, CLOSE] - bars[i - slow, CLOSE]) / slow
    return bool(before * apart <= 0.0 or abs(before) <= NOISE * bars[i, CLOSE])


@leaf
def verdict_of(before: float, apart: float, unit: float, slow: float, fast: float) -> Verdict:
    """Return what two averages say that were `before` apart and are `apart` now."""
    steep = STEEPNESS * abs(apart - before) / unit
    fit = steep / (1.0 + steep)
    if before <= 0.0 < apart:
        return BULLISH, fit, slow, fast
    if before >= 0.0 > apart:
        return BEARISH, fit, slow, fast
    return SILENT


@leaf
def moving_average_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the mean of 50 closes, measure that of 20."""
    fast, slow, unit = state[SMA_20], state[SMA_50], state[USUAL_RANGE]
    if unit <= 0.0 or not may_cross(bars, i, fast - slow, 20, 50):
        return SILENT
    before = sma(bars, i - 1, 20) - sma(bars, i - 1, 50)
    return verdict_of(before, fast - slow, unit, slow, fast)


@leaf
def slow_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge the averages of 50 and 200 closes at bar `i`."""
    fast, slow, unit = state[SMA_50], state[SMA_200], state[USUAL_RANGE]
    if unit <= 0.0 or not may_cross(bars, i, fast - slow, 50, 200):
        return SILENT
    before = sma(bars, i - 1, 50) - sma_200(bars, i - 1)
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


def explain_fast(hit: Hit) -> str:
    """Say why it fired."""
    return _told(hit, 20, 50)


def explain_slow(hit: Hit) -> str:
    """Say why it fired."""
    return _told(hit, 50, 200)


def _told(hit: Hit, fast: int, slow: int) -> str:
    moved = "rose above" if side(hit) == 1 else "fell below"
    return (
        f"The mean of {fast} closes, {price_text(hit.measure)}, {moved} that of {slow}, "
        f"{price_text(hit.level)}, at a close of {price_text(hit.close)}."
    )


MOVING_AVERAGE_CROSS = Pattern(
    name="Moving_Average_Cross",
    family="event",
    n_bars=1,
    warm_up=51,
    rule=moving_average_cross,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_fast,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 9",
)
GOLDEN_CROSS = Pattern(
    name="Golden_Cross",
    family="event",
    n_bars=1,
    warm_up=201,
    rule=golden_cross,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_slow,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 9",
)
DEATH_CROSS = Pattern(
    name="Death_Cross",
    family="event",
    n_bars=1,
    warm_up=201,
    rule=death_cross,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_slow,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 9",
)
