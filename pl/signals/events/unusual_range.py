"""Recognise an unusual range: a bar that moves far more than bars did.

Its true range is at least 3 mean true ranges. Bullish when it closed above the close before,
bearish below, neutral at it. Fit is r / (r + 3), r its true range in mean true ranges.
Source : Wilder 1978, ch. 3.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.hits import BEARISH, BULLISH, NEUTRAL, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text

UNUSUAL: Final = 3.0


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


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Moved between {price_text(hit.low)} and {price_text(hit.high)} after a close of "
        f"{price_text(hit.level)}, {hit.measure:.1f} times the mean range."
    )


UNUSUAL_RANGE = Pattern(
    number=34,
    name="Unusual_Range",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=unusual_range,
    setting=Setting.ACTIVITY,
    weights=Weights(fit=0.5, volume=0.3, context=0.2),
    alert=Alert(0.55, 5),
    explain=explain,
    stop=NO_LEVELS,
    source="Wilder 1978, ch. 3",
)
