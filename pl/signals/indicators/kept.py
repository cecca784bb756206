"""Keep values of the last bars that a window reads again at each of its bars.

They follow from the bars alone, so a walk may begin to keep them KEPT_BARS before it is asked.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.indicators.rules.stochastic import keep_place
from pl.signals.indicators.rules.stochastic_rsi import keep_rsi
from pl.signals.indicators.rules.volatility import keep_return

KEPT_BARS: Final = 32
"""Fewer would do: the 14 values of the RSI and two more places among them, 20 returns."""


@leaf
def keep(state: Float64, bars: Bars, i: int) -> None:
    """Keep what later bars read of bar `i`, which the state has seen."""
    keep_place(state, bars, i)
    keep_rsi(state)
    if i > 0:
        keep_return(state, bars, i)
