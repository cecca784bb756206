"""Judge on which side of the session's volume-weighted average price (VWAP) bars close.

A bar has clearly changed sides when it closes beyond the VWAP by a tenth of the mean true range.
Fit is n / (n + 15), with n the closes of the long run that a rule asks for.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.events.levels import CLEARANCE
from pl.signals.hits import BEARISH, BULLISH, Verdict
from pl.signals.indicators.session import vwap
from pl.signals.indicators.state import USUAL_RANGE, VWAP_RUN, VWAP_RUN_ENDED
from pl.signals.pattern import Weights

LONG_RUN: Final = 15
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
