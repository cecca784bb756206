"""Recognise bars by their range: inside, outside, the narrowest of seven, unusually wide.

Inside bar: high and low within those of the bar before, which spans at least one and a half mean
true ranges. Neutral; fit is 1 less its share of that bar's range.
Outside bar: high and low beyond those of the bar before, at least one and a half mean true ranges
wide, closing beyond the bar before: bullish above, bearish below. Fit is r / (r + 1.5), r its range
in mean true ranges.
NR7: a range, not zero, smaller than each of the 6 before and than half the mean true range.
Neutral; fit is 1 less its share of that mean.
Unusual range: a true range of at least 3 mean true ranges. Bullish when it closed above the close
before, bearish below, neutral at it. Fit is r / (r + 3).
Source : Crabel 1990 (inside, outside, NR7); Wilder 1978, ch. 3 (true range).
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.hits import BEARISH, BULLISH, NEUTRAL, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import NO_LEVELS, STOP_AT_BAR_END
from pl.signals.pattern import Pattern, Setting, Weights, price_text

WIDE: Final = 1.5
NARROW: Final = 0.5
NARROWEST_OF: Final = 7
UNUSUAL: Final = 3.0
WEIGHTS: Final = Weights(fit=0.4, volume=0.3, context=0.3)


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


@leaf
def outside_bar(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the end of the bar before that it closed beyond."""
    top, bottom, unit = bars[i - 1, HIGH], bars[i - 1, LOW], state[USUAL_RANGE]
    spread = bars[i, HIGH] - bars[i, LOW]
    if bars[i, HIGH] <= top or bars[i, LOW] >= bottom or spread < WIDE * unit:
        return SILENT
    fit = spread / (spread + WIDE * unit)
    if bars[i, CLOSE] > top:
        return BULLISH, fit, top, spread / unit
    if bars[i, CLOSE] < bottom:
        return BEARISH, fit, bottom, spread / unit
    return SILENT


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


@leaf
def unusual_range(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the close before, measure its true range in mean true ranges."""
    before, unit = bars[i - 1, CLOSE], state[USUAL_RANGE]
    spread = true_range(bars[i, HIGH], bars[i, LOW], before)
    if unit <= 0.0 or spread < UNUSUAL * unit:
        return SILENT
    fit = spread / (spread + UNUSUAL * unit)
    if bars[i, CLOSE] > before:
        return BULLISH, fit, before, spread / unit
    if bars[i, CLOSE] < before:
        return BEARISH, fit, before, spread / unit
    return NEUTRAL, fit, before, spread / unit


def explain_inside(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Its range from {price_text(hit.low)} to {price_text(hit.high)} lies inside that of the "
        f"bar before, {price_text(hit.measure)} to {price_text(hit.level)}."
    )


def explain_outside(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Ranged from {price_text(hit.low)} to {price_text(hit.high)}, {hit.measure:.1f} mean "
        f"ranges, and closed at {price_text(hit.close)}, beyond {price_text(hit.level)} of the bar "
        f"before."
    )


def explain_nr7(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Its range from {price_text(hit.low)} to {price_text(hit.high)} is the narrowest of "
        f"{NARROWEST_OF} bars and {hit.measure:.0%} of the mean range."
    )


def explain_unusual(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Moved between {price_text(hit.low)} and {price_text(hit.high)} after a close of "
        f"{price_text(hit.level)}, {hit.measure:.1f} times the mean range."
    )


INSIDE_BAR = Pattern(
    name="Inside_Bar",
    family="event",
    n_bars=2,
    warm_up=21,
    rule=inside_bar,
    setting=Setting.REVERSAL,
    weights=WEIGHTS,
    explain=explain_inside,
    stop=NO_LEVELS,
    source="Crabel 1990",
)
OUTSIDE_BAR = Pattern(
    name="Outside_Bar",
    family="event",
    n_bars=2,
    warm_up=21,
    rule=outside_bar,
    setting=Setting.REVERSAL,
    weights=WEIGHTS,
    explain=explain_outside,
    stop=STOP_AT_BAR_END,
    source="Crabel 1990",
)
NR7 = Pattern(
    name="NR7",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=nr7,
    setting=Setting.REVERSAL,
    weights=WEIGHTS,
    explain=explain_nr7,
    stop=NO_LEVELS,
    source="Crabel 1990",
)
UNUSUAL_RANGE = Pattern(
    name="Unusual_Range",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=unusual_range,
    setting=Setting.ACTIVITY,
    weights=Weights(fit=0.5, volume=0.3, context=0.2),
    explain=explain_unusual,
    stop=NO_LEVELS,
    source="Wilder 1978, ch. 3",
)
