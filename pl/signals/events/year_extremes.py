"""Recognise a new high or low of a year of 252 days, on daily bars.

New high: the day closes above the highest high of the 252 days before, and that high lies at least
20 days back: the first of a row of new highs, not each of them. New low: the mirror image.
Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges.
Source : George and Hwang 2004.
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

N_BARS: Final = 252
STOOD_BARS: Final = 20


@leaf
def new_52_week_high(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old high, measure the distance above it in percent."""
    if bars[i, CLOSE] <= state[TOP_20]:
        return SILENT
    return new_high(bars, i, state[USUAL_RANGE], N_BARS, STOOD_BARS)


@leaf
def new_52_week_low(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old low, measure the distance below it in percent."""
    if bars[i, CLOSE] >= state[BOTTOM_20]:
        return SILENT
    return new_low(bars, i, state[USUAL_RANGE], N_BARS, STOOD_BARS)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return told(hit, "52 weeks")


NEW_52_WEEK_HIGH = Pattern(
    number=20,
    name="New_52_Week_High",
    family="event",
    n_bars=1,
    warm_up=253,
    rule=new_52_week_high,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 10),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="George and Hwang 2004",
    timeframes=ON_DAYS,
)


NEW_52_WEEK_LOW = Pattern(
    number=21,
    name="New_52_Week_Low",
    family="event",
    n_bars=1,
    warm_up=253,
    rule=new_52_week_low,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 10),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="George and Hwang 2004",
    timeframes=ON_DAYS,
)
