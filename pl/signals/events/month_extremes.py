"""Recognise a new high or low of 20 days, on daily bars.

New high: the day closes above the highest high of the 20 days before, and that high lies at least
5 days back: the first of a row of new highs, not each of them. New low: the mirror image.
Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges.
Source : Schwager 1996, ch. 8.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.events.extremes import WEIGHTS, new_high, new_low, told
from pl.signals.hits import SILENT, Hit, Verdict
from pl.signals.indicators.state import BOTTOM_20, TOP_20, USUAL_RANGE
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import ON_DAYS, Alert, Pattern, Setting

N_BARS: Final = 20
STOOD_BARS: Final = 5


@leaf
def new_20_day_high(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old high, measure the distance above it in percent."""
    if bars[i, CLOSE] <= state[TOP_20]:
        return SILENT
    return new_high(bars, i, state[USUAL_RANGE], N_BARS, STOOD_BARS)


@leaf
def new_20_day_low(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old low, measure the distance below it in percent."""
    if bars[i, CLOSE] >= state[BOTTOM_20]:
        return SILENT
    return new_low(bars, i, state[USUAL_RANGE], N_BARS, STOOD_BARS)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return told(hit, "20 days")


NEW_20_DAY_HIGH = Pattern(
    number=18,
    name="New_20_Day_High",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=new_20_day_high,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 5),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Schwager 1996, ch. 8",
    timeframes=ON_DAYS,
)


NEW_20_DAY_LOW = Pattern(
    number=19,
    name="New_20_Day_Low",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=new_20_day_low,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 5),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Schwager 1996, ch. 8",
    timeframes=ON_DAYS,
)
