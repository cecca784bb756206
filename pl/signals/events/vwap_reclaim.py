"""Recognise a VWAP reclaim: the price comes back to the side it held for long.

After at least 15 closes on one side of the session's volume-weighted average price (VWAP) the
price spent 2 to 10 on the other and comes back, by a tenth of the mean true range: bullish back
above, bearish back below. Fit is n / (n + 15), with n the closes of the long run.
Source : Shannon 2023, ch. 3.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.events.vwap_sides import LONG_RUN, WEIGHTS, has_changed, verdict_of
from pl.signals.hits import SILENT, Hit, Verdict
from pl.signals.indicators.session import vwap
from pl.signals.indicators.state import VWAP_RUN_EARLIER, VWAP_RUN_ENDED
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import IN_SESSION, Alert, Pattern, Setting, prices_apart, side

SHORT_RUN: Final = 10


@leaf
def vwap_reclaim(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the VWAP, measure how many closes lay on the wrong side."""
    side_now = has_changed(bars, i, state)
    ended = -side_now * state[VWAP_RUN_ENDED]
    earlier = side_now * state[VWAP_RUN_EARLIER]
    if side_now == 0.0 or ended < 2.0 or ended > SHORT_RUN or earlier < LONG_RUN:
        return SILENT
    return verdict_of(side_now, earlier, vwap(state), ended)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    now, before = ("above", "below") if side(hit) == 1 else ("below", "above")
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Closed at {close}, back {now} the session's VWAP {level} "
        f"after {hit.measure:.0f} closes {before} it."
    )


VWAP_RECLAIM = Pattern(
    number=24,
    name="VWAP_Reclaim",
    family="event",
    n_bars=1,
    warm_up=21,
    rule=vwap_reclaim,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    alert=Alert(0.5, 15),
    explain=explain,
    stop=STOP_BEHIND_LEVEL,
    source="Shannon 2023, ch. 3",
    timeframes=IN_SESSION,
    draws=("vwap",),
)
