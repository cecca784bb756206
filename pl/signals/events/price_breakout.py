"""Recognise a price breakout: the first close beyond the range of the last 20 bars, on volume.

Bullish: the close is above the highest high of the 20 bars before by a tenth of their mean true
range, the bar before had not itself closed beyond its own 20 bars, and the volume is at least
1.5 times its mean, which is not 0. Bearish: the mirror image. Fit is (0.5 + d) / (1 + d), with d
the distance beyond the range in mean true ranges: one half at the edge, towards 1 far beyond.
Source : Donchian's channel rule (Schwager 1996, ch. 8) with a volume filter.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, VOLUME, Bars, highest, lowest
from pl.signals.events.levels import CLEARANCE, fit_beyond
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import BOTTOM_20, TOP_20, USUAL_RANGE, USUAL_VOLUME
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import Alert, Pattern, Setting, Weights, prices_apart, side

CHANNEL_BARS: Final = 20
VOLUME_RATIO: Final = 1.5


@leaf
def price_breakout(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the broken end of the channel, in USD."""
    unit, usual = state[USUAL_RANGE], state[USUAL_VOLUME]
    if unit <= 0.0 or not usual > 0.0 or bars[i, VOLUME] < VOLUME_RATIO * usual:
        return SILENT
    top = state[TOP_20]
    above = (bars[i, CLOSE] - top) / unit
    if above > CLEARANCE:
        fresh = bars[i - 1, CLOSE] <= highest(bars, HIGH, i - CHANNEL_BARS - 1, i - 2)
        return (BULLISH, fit_beyond(above), top, above) if fresh else SILENT
    bottom = state[BOTTOM_20]
    below = (bottom - bars[i, CLOSE]) / unit
    if below > CLEARANCE:
        fresh = bars[i - 1, CLOSE] >= lowest(bars, LOW, i - CHANNEL_BARS - 1, i - 2)
        return (BEARISH, fit_beyond(below), bottom, below) if fresh else SILENT
    return SILENT


def explain(hit: Hit) -> str:
    """Say why it fired."""
    beyond = "above the high" if side(hit) == 1 else "below the low"
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, {beyond} {level} of the "
        f"{CHANNEL_BARS} bars before, on {hit.relative_volume or 0.0:.1f} times the usual volume."
    )


PRICE_BREAKOUT = Pattern(
    number=1,
    name="Price_Breakout",
    family="event",
    n_bars=1,
    warm_up=22,
    rule=price_breakout,
    setting=Setting.CONTINUATION,
    weights=Weights(fit=0.45, volume=0.35, context=0.2),
    alert=Alert(0.5, 5),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Donchian channel, Schwager 1996, ch. 8",
)
