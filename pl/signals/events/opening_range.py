"""Recognise the break of the opening range: the session's first close beyond its first 30 bars.

Bullish: the bar is the first from the 31st on that closes above the high of the session's first
30 bars. Bearish: the first that closes below their low. So each fires once a session at most.
Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges.
Source : Crabel 1990.
"""

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.events.levels import fit_beyond
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.session import OPENING_BARS
from pl.signals.indicators.state import (
    CLOSES_ABOVE,
    CLOSES_BELOW,
    OPENING_HIGH,
    OPENING_LOW,
    SESSION_BARS,
    USUAL_RANGE,
)
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import IN_SESSION, Alert, Pattern, Setting, Weights, price_text, side


@leaf
def opening_range_break(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the broken end of the range, measure the bar's number today."""
    unit = state[USUAL_RANGE]
    if state[SESSION_BARS] <= OPENING_BARS or unit <= 0.0:
        return SILENT
    above = (bars[i, CLOSE] - state[OPENING_HIGH]) / unit
    if above > 0.0 and state[CLOSES_ABOVE] == 1.0:
        return BULLISH, fit_beyond(above), state[OPENING_HIGH], state[SESSION_BARS]
    below = (state[OPENING_LOW] - bars[i, CLOSE]) / unit
    if below > 0.0 and state[CLOSES_BELOW] == 1.0:
        return BEARISH, fit_beyond(below), state[OPENING_LOW], state[SESSION_BARS]
    return SILENT


def explain(hit: Hit) -> str:
    """Say why it fired."""
    beyond = "above the high" if side(hit) == 1 else "below the low"
    return (
        f"Closed at {price_text(hit.close)} in bar {hit.measure:.0f} of the session, for the first "
        f"time {beyond} {price_text(hit.level)} of its first {OPENING_BARS}."
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
    timeframes=IN_SESSION,
)
