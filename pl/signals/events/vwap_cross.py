"""Recognise closes that change sides at the session's volume-weighted average price (VWAP).

Cross: the bar closes on the other side of the VWAP, by a tenth of the mean true range, after at
least 15 closes in a row on the old side. Bullish upwards, bearish downwards.
Reclaim: after at least 15 closes on one side the price spent 2 to 10 on the other and comes back,
by a tenth of the mean true range: bullish back above, bearish back below.
Fit is n / (n + 15), with n the closes of the long run that the rule asks for.
Source : Shannon 2023, ch. 3.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.events.levels import CLEARANCE
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.session import vwap
from pl.signals.indicators.state import USUAL_RANGE, VWAP_RUN, VWAP_RUN_EARLIER, VWAP_RUN_ENDED
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import IN_SESSION, Pattern, Setting, Weights, price_text, side

LONG_RUN: Final = 15
SHORT_RUN: Final = 10
WEIGHTS: Final = Weights(fit=0.4, volume=0.4, context=0.2)


@leaf
def has_changed(bars: Bars, i: int, state: Float64) -> float:
    """Return 1 when bar `i` closes clearly above a VWAP it was below, -1 below, else 0."""
    run = state[VWAP_RUN]
    if abs(run) != 1.0 or state[VWAP_RUN_ENDED] == 0.0 or state[USUAL_RANGE] <= 0.0:
        return 0.0
    away = run * (bars[i, CLOSE] - vwap(state))
    return run if away > CLEARANCE * state[USUAL_RANGE] else 0.0


@leaf
def verdict_of(side_now: float, n_bars: float, middle: float, told: float) -> Verdict:
    """Return the verdict of a change to a side after a long run of `n_bars`."""
    direction = BULLISH if side_now > 0.0 else BEARISH
    return direction, n_bars / (n_bars + LONG_RUN), middle, told


@leaf
def vwap_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the VWAP, measure how many closes lay on the old side."""
    side_now = has_changed(bars, i, state)
    ended = -side_now * state[VWAP_RUN_ENDED]
    if side_now == 0.0 or ended < LONG_RUN:
        return SILENT
    return verdict_of(side_now, ended, vwap(state), ended)


@leaf
def vwap_reclaim(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the VWAP, measure how many closes lay on the wrong side."""
    side_now = has_changed(bars, i, state)
    ended = -side_now * state[VWAP_RUN_ENDED]
    earlier = side_now * state[VWAP_RUN_EARLIER]
    if side_now == 0.0 or ended < 2.0 or ended > SHORT_RUN or earlier < LONG_RUN:
        return SILENT
    return verdict_of(side_now, earlier, vwap(state), ended)


def explain_cross(hit: Hit) -> str:
    """Say why it fired."""
    now, before = ("above", "below") if side(hit) == 1 else ("below", "above")
    return (
        f"Closed at {price_text(hit.close)}, {now} the session's VWAP {price_text(hit.level)} "
        f"after {hit.measure:.0f} closes {before} it."
    )


def explain_reclaim(hit: Hit) -> str:
    """Say why it fired."""
    now, before = ("above", "below") if side(hit) == 1 else ("below", "above")
    return (
        f"Closed at {price_text(hit.close)}, back {now} the session's VWAP {price_text(hit.level)} "
        f"after {hit.measure:.0f} closes {before} it."
    )


VWAP_CROSS = Pattern(
    name="VWAP_Cross",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=vwap_cross,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    explain=explain_cross,
    stop=STOP_BEHIND_LEVEL,
    source="Shannon 2023, ch. 3",
    timeframes=IN_SESSION,
)
VWAP_RECLAIM = Pattern(
    name="VWAP_Reclaim",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=vwap_reclaim,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    explain=explain_reclaim,
    stop=STOP_BEHIND_LEVEL,
    source="Shannon 2023, ch. 3",
    timeframes=IN_SESSION,
)
