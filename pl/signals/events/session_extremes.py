"""Recognise a new high or low of the session after the old one has stood for a while.

New high: the bar closes above the session's high so far by a tenth of the mean true range, and
that high had stood for at least 30 minutes, counted from the start of the bar that set it to that
of this one. New low: the mirror image. Hours are longer than that and are not judged.
Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges.
Source : Dalton 1990, ch. 2, range extension of the day.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.events.levels import CLEARANCE, fit_beyond
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import HIGH_BEFORE, HIGH_STOOD, LOW_BEFORE, LOW_STOOD, USUAL_RANGE
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import WITHIN_HALF_HOUR, Alert, Pattern, Setting, Weights, prices_apart

STOOD_MINUTES: Final = 30
WEIGHTS: Final = Weights(fit=0.45, volume=0.35, context=0.2)


@leaf
def new_session_high(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old high, measure for how many minutes it stood."""
    unit = state[USUAL_RANGE]
    if state[HIGH_STOOD] < STOOD_MINUTES or unit <= 0.0:
        return SILENT
    above = (bars[i, CLOSE] - state[HIGH_BEFORE]) / unit
    if above <= CLEARANCE:
        return SILENT
    return BULLISH, fit_beyond(above), state[HIGH_BEFORE], state[HIGH_STOOD]


@leaf
def new_session_low(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the old low, measure for how many minutes it stood."""
    unit = state[USUAL_RANGE]
    if state[LOW_STOOD] < STOOD_MINUTES or unit <= 0.0:
        return SILENT
    below = (state[LOW_BEFORE] - bars[i, CLOSE]) / unit
    if below <= CLEARANCE:
        return SILENT
    return BEARISH, fit_beyond(below), state[LOW_BEFORE], state[LOW_STOOD]


def explain_high(hit: Hit) -> str:
    """Say why it fired."""
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, above the session's high {level} "
        f"that had stood for {hit.measure:.0f} minutes."
    )


def explain_low(hit: Hit) -> str:
    """Say why it fired."""
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, below the session's low {level} "
        f"that had stood for {hit.measure:.0f} minutes."
    )


NEW_SESSION_HIGH = Pattern(
    number=16,
    name="New_Session_High",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=new_session_high,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 15),
    explain=explain_high,
    stop=STOP_BEHIND_LEVEL,
    source="Dalton 1990, ch. 2",
    timeframes=WITHIN_HALF_HOUR,
)
NEW_SESSION_LOW = Pattern(
    number=17,
    name="New_Session_Low",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=new_session_low,
    setting=Setting.CONTINUATION,
    weights=WEIGHTS,
    alert=Alert(0.5, 15),
    explain=explain_low,
    stop=STOP_BEHIND_LEVEL,
    source="Dalton 1990, ch. 2",
    timeframes=WITHIN_HALF_HOUR,
)
