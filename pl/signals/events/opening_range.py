"""Recognise the break of the opening range: the first close beyond that of the first 30 minutes.

Bullish: the bar is the session's first later one that closes above the high of its first 30
minutes, the bars that start in them (30, 6 or 2 of them on 1, 5 or 15 minutes; an hour is longer,
and knows no such range). Bearish: the first that closes below their low. So each fires once a
session at most, and never in a session without a bar in those minutes.
Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges.
Source : Crabel 1990.
"""

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.events.levels import fit_beyond
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.session import OPENING_MINUTES
from pl.signals.indicators.state import (
    CLOSES_ABOVE,
    CLOSES_BELOW,
    OPENING_HIGH,
    OPENING_LOW,
    SESSION_MINUTE,
    USUAL_RANGE,
)
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import (
    WITHIN_HALF_HOUR,
    Alert,
    Pattern,
    Setting,
    Weights,
    prices_apart,
    side,
)


@leaf
def opening_range_break(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the broken end of the range, measure the session's minutes so far."""
    unit = state[USUAL_RANGE]
    if state[OPENING_HIGH] <= 0.0 or unit <= 0.0:
        return SILENT
    above = (bars[i, CLOSE] - state[OPENING_HIGH]) / unit
    if above > 0.0 and state[CLOSES_ABOVE] == 1.0:
        return BULLISH, fit_beyond(above), state[OPENING_HIGH], state[SESSION_MINUTE]
    below = (state[OPENING_LOW] - bars[i, CLOSE]) / unit
    if below > 0.0 and state[CLOSES_BELOW] == 1.0:
        return BEARISH, fit_beyond(below), state[OPENING_LOW], state[SESSION_MINUTE]
    return SILENT


def explain(hit: Hit) -> str:
    """Say why it fired."""
    beyond = "above the high" if side(hit) == 1 else "below the low"
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, in the bar that began {hit.measure:.0f} minutes into "
        f"the session, for the first time {beyond} {level} of its first "
        f"{OPENING_MINUTES:.0f} minutes."
    )


OPENING_RANGE_BREAK = Pattern(
    number=22,
    name="Opening_Range_Break",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=opening_range_break,
    setting=Setting.CONTINUATION,
    weights=Weights(fit=0.45, volume=0.35, context=0.2),
    alert=Alert(0.5, 15),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Crabel 1990",
    timeframes=WITHIN_HALF_HOUR,
)
