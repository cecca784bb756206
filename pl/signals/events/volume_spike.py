"""Recognise a volume spike: far more shares than usual.

Fires when the volume of the bar is at least 3 times the mean of the 20 bars before. Bullish when
the bar closed above the close before, bearish below, neutral at the same price. Fit is
ratio / (ratio + 3): one half at the threshold, 0.77 at ten times.
Source : volume ratio against its moving average, as in Murphy 1999, ch. 7.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, VOLUME, Bars
from pl.signals.hits import BEARISH, BULLISH, NEUTRAL, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_VOLUME
from pl.signals.indicators.windows import USUAL_BARS
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting, Weights

THRESHOLD: Final = 3.0


@leaf
def volume_spike(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the mean volume before it, in shares."""
    usual = state[USUAL_VOLUME]
    if not usual > 0.0 or bars[i, VOLUME] < THRESHOLD * usual:
        return SILENT
    ratio = bars[i, VOLUME] / usual
    fit = ratio / (ratio + THRESHOLD)
    if bars[i, CLOSE] > bars[i - 1, CLOSE]:
        return BULLISH, fit, usual, ratio
    if bars[i, CLOSE] < bars[i - 1, CLOSE]:
        return BEARISH, fit, usual, ratio
    return NEUTRAL, fit, usual, ratio


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Volume {hit.volume:,.0f} is {hit.measure:.1f} times the mean of the "
        f"{USUAL_BARS} bars before ({hit.level:,.0f})."
    )


VOLUME_SPIKE = Pattern(
    number=0,
    name="Volume_Spike",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=volume_spike,
    setting=Setting.ACTIVITY,
    weights=Weights(fit=0.5, volume=0.2, context=0.3),
    alert=Alert(0.55, 5),
    explain=explain,
    stop=NO_LEVELS,
    source="Murphy 1999, ch. 7",
    is_priced=False,
)
