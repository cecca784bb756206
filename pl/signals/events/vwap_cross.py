"""Recognise a VWAP cross: a close on the other side of the session's average price.

The bar closes on the other side of the volume-weighted average price (VWAP), by a tenth of the
mean true range, after at least 15 closes in a row on the old side. Bullish upwards, bearish
downwards. Fit is n / (n + 15), with n those closes.
Source : Shannon 2023, ch. 3.
"""

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.events.vwap_sides import LONG_RUN, WEIGHTS, has_changed, verdict_of
from pl.signals.hits import SILENT, Hit, Verdict
from pl.signals.indicators.session import vwap
from pl.signals.indicators.state import VWAP_RUN_ENDED
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import IN_SESSION, Alert, Pattern, Setting, prices_apart, side


@leaf
def vwap_cross(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the VWAP, measure how many closes lay on the old side."""
    side_now = has_changed(bars, i, state)
    ended = -side_now * state[VWAP_RUN_ENDED]
    if side_now == 0.0 or ended < LONG_RUN:
        return SILENT
    return verdict_of(side_now, ended, vwap(state), ended)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    now, before = ("above", "below") if side(hit) == 1 else ("below", "above")
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, {now} the session's VWAP {level} "
        f"after {hit.measure:.0f} closes {before} it."
    )


VWAP_CROSS = Pattern(
    number=23,
    name="VWAP_Cross",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=vwap_cross,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    alert=Alert(0.5, 15),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Shannon 2023, ch. 3",
    timeframes=IN_SESSION,
    draws=("vwap",),
)
