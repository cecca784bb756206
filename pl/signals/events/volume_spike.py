"""Recognise a volume spike: far more shares than usual.

Fires when the volume of the bar is at least 3 times the mean of the 20 bars before. Bullish when
the bar closed above the close before, bearish below, neutral at the same price. Fit is
ratio / (ratio + 3): one half at the threshold, 0.77 at ten times.
Source : volume ratio against its moving average, as in Murphy 1999, ch. 7.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, VOLUME, Bars, mean
from pl.signals.hits import BEARISH, BULLISH, NEUTRAL, SILENT, Hit, Verdict
from pl.signals.pattern import Pattern, Setting, Weights, no_levels

THRESHOLD: Final = 3.0
USUAL_BARS: Final = 20


@leaf
def volume_spike(bars: Bars, i: int) -> Verdict:
    """Judge bar `i`; level is the mean volume before it, in shares."""
    usual = mean(bars, VOLUME, i - USUAL_BARS, i - 1)
    if usual <= 0.0 or bars[i, VOLUME] < THRESHOLD * usual:
        return SILENT
    ratio = bars[i, VOLUME] / usual
    fit = ratio / (ratio + THRESHOLD)
    if bars[i, CLOSE] > bars[i - 1, CLOSE]:
        return BULLISH, fit, usual
    if bars[i, CLOSE] < bars[i - 1, CLOSE]:
        return BEARISH, fit, usual
    return NEUTRAL, fit, usual


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Volume {hit.volume:,.0f} is {hit.volume / hit.level:.1f} times the mean of the "
        f"{USUAL_BARS} bars before ({hit.level:,.0f})."
    )


VOLUME_SPIKE = Pattern(
    name="Volume_Spike",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=volume_spike,
    setting=Setting.ACTIVITY,
    weights=Weights(fit=0.5, volume=0.2, context=0.3),
    explain=explain,
    levels=no_levels,
    source="Murphy 1999, ch. 7",
)
