"""Recognise a resistance break: a close above a high that had turned the price back before.

Resistance is the highest high of the 60 bars before, touched (within a quarter of the mean true
range) at least twice, touches being 5 bars or more apart. Fires when the bar closes above it by a
tenth of the mean true range. Bullish. Fit is 1 - 1 / (touches * (1 + d)), with d the distance
above in mean true ranges: more touches and more distance fit better.
Source : resistance as in Edwards and Magee 2007, ch. 13.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, Bars, highest
from pl.signals.events.levels import CLEARANCE
from pl.signals.hits import BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import TOP_20, USUAL_RANGE
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import Alert, Pattern, Setting, Weights, prices_apart

LOOK_BACK_BARS: Final = 60
APART_BARS: Final = 5
ZONE: Final = 0.25
MIN_TOUCHES: Final = 2


@leaf
def count_touches(bars: Bars, first: int, last: int, threshold: float) -> int:
    """Count the highs at or above `threshold` that are at least 5 bars apart."""
    touches = 0
    previous = first - APART_BARS
    for j in range(first, last + 1):
        if bars[j, HIGH] >= threshold and j - previous >= APART_BARS:
            touches += 1
            previous = j
    return touches


@leaf
def resistance_break(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the resistance, in USD."""
    unit = state[USUAL_RANGE]
    if unit <= 0.0 or bars[i, CLOSE] <= state[TOP_20]:
        return SILENT
    resistance = highest(bars, HIGH, i - LOOK_BACK_BARS, i - 1)
    above = (bars[i, CLOSE] - resistance) / unit
    if above <= CLEARANCE:
        return SILENT
    touches = count_touches(bars, i - LOOK_BACK_BARS, i - 1, resistance - ZONE * unit)
    if touches < MIN_TOUCHES:
        return SILENT
    return BULLISH, 1.0 - 1.0 / (touches * (1.0 + above)), resistance, float(touches)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    ranges = (hit.close - hit.level) / hit.mean_range
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, {ranges:.1f} mean ranges above the resistance at "
        f"{level} that had held {hit.measure:.0f} times in "
        f"{LOOK_BACK_BARS} bars."
    )


RESISTANCE_BREAK = Pattern(
    number=3,
    name="Resistance_Break",
    family="event",
    n_bars=1,
    warm_up=61,
    rule=resistance_break,
    setting=Setting.CONTINUATION,
    weights=Weights(fit=0.45, volume=0.35, context=0.2),
    alert=Alert(0.5, 5),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Edwards and Magee 2007, ch. 13",
)
