"""Recognise a new high or low of 20 days or of a year of 252 days, on daily bars.

New high: the day closes above the highest high of the days before, and that high lies at least
5 days back (20 for the year): the first of a row of new highs, not each of them. New low: the
mirror image. Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges.
The day that still runs is never looked at; an intraday trigger on these levels is a combo.
Source : George and Hwang 2004 (52-week high); Schwager 1996, ch. 8 (20 days).
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest
from pl.signals.events.levels import fit_beyond
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import BOTTOM_20, TOP_20, USUAL_RANGE
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import ON_DAYS, Pattern, Setting, Weights, price_text

MONTH_BARS: Final = 20
MONTH_STOOD: Final = 5
YEAR_BARS: Final = 252
YEAR_STOOD: Final = 20
WEIGHTS: Final = Weights(fit=0.45, volume=0.35, context=0.2)


@leaf
def new_high(bars: Bars, i: int, unit: float, n_bars: int, stood: int) -> Verdict:
    """Judge whether bar `i` closes above `n_bars` bars whose high is `stood` bars old."""
    top = highest(bars, HIGH, i - n_bars, i - 1)
    if unit <= 0.0 or bars[i, CLOSE] <= top or highest(bars, HIGH, i - stood + 1, i - 1) >= top:
        return SILENT
    above = (bars[i, CLOSE] - top) / unit
    return BULLISH, fit_beyond(above), top, 100.0 * (bars[i, CLOSE] / top - 1.0)


@leaf
def new_low(bars: Bars, i: int, unit: float, n_bars: int, stood: int) -> Verdict:
    """Judge whether bar `i` closes below `n_bars` bars whose low is `stood` bars old."""
    bottom = lowest(bars, LOW, i - n_bars, i - 1)
    if unit <= 0.0 or bars[i, CLOSE] >= bottom or lowest(bars, LOW, i - stood + 1, i - 1) <= bottom:
        return SILENT
    below = (bottom - bars[i, CLOSE]) / unit
    return BEARISH, fit_beyond(below), bottom, 100.0 * (1.0 - bars[i, CLOSE] / bottom)


@leaf
def new_20_day_high(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old high, measure the distance above it in percent."""
    if bars[i, CLOSE] <= state[TOP_20]:
        return SILENT
    return new_high(bars, i, state[USUAL_RANGE], MONTH_BARS, MONTH_STOOD)


@leaf
def new_20_day_low(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old low, measure the distance below it in percent."""
    if bars[i, CLOSE] >= state[BOTTOM_20]:
        return SILENT
    return new_low(bars, i, state[USUAL_RANGE], MONTH_BARS, MONTH_STOOD)


@leaf
def new_52_week_high(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old high, measure the distance above it in percent."""
    if bars[i, CLOSE] <= state[TOP_20]:
        return SILENT
    return new_high(bars, i, state[USUAL_RANGE], YEAR_BARS, YEAR_STOOD)


@leaf
def new_52_week_low(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old low, measure the distance below it in percent."""
    if bars[i, CLOSE] >= state[BOTTOM_20]:
        return SILENT
    return new_low(bars, i, state[USUAL_RANGE], YEAR_BARS, YEAR_STOOD)


def explain_20_days(hit: Hit) -> str:
    """Say why it fired."""
    return _told(hit, "20 days")


def explain_52_weeks(hit: Hit) -> str:
    """Say why it fired."""
    return _told(hit, "52 weeks")


def _told(hit: Hit, span: str) -> str:
    beyond, end = ("above", "high") if hit.close > hit.level else ("below", "low")
    return (
        f"Closed at {price_text(hit.close)}, {hit.measure:.1f}% {beyond} the {end} "
        f"{price_text(hit.level)} of {span}."
    )


NEW_20_DAY_HIGH = Pattern(
    name="New_20_Day_High",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=new_20_day_high,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_20_days,
    stop=STOP_BEHIND_LEVEL,
    source="Schwager 1996, ch. 8",
    timeframes=ON_DAYS,
)
NEW_20_DAY_LOW = Pattern(
    name="New_20_Day_Low",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=new_20_day_low,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_20_days,
    stop=STOP_BEHIND_LEVEL,
    source="Schwager 1996, ch. 8",
    timeframes=ON_DAYS,
)
NEW_52_WEEK_HIGH = Pattern(
    name="New_52_Week_High",
    family="event",
    n_bars=1,
    warm_up=253,
    rule=new_52_week_high,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_52_weeks,
    stop=STOP_BEHIND_LEVEL,
    source="George and Hwang 2004",
    timeframes=ON_DAYS,
)
NEW_52_WEEK_LOW = Pattern(
    name="New_52_Week_Low",
    family="event",
    n_bars=1,
    warm_up=253,
    rule=new_52_week_low,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    explain=explain_52_weeks,
    stop=STOP_BEHIND_LEVEL,
    source="George and Hwang 2004",
    timeframes=ON_DAYS,
)
