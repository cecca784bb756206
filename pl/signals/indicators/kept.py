"""Keep values of the last bars that a window reads again at each of its bars.

They follow from the bars alone, so a walk may begin to keep them KEPT_BARS before it is asked.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest
from pl.signals.indicators.oscillators import PERIOD, place, rsi_place
from pl.signals.indicators.recursive import rsi
from pl.signals.indicators.state import (
    CLOSE_PLACE,
    N_BARS,
    RETURNS,
    RETURNS_PAST,
    RSI_KEPT,
    RSI_PAST,
    RSI_PLACE,
    RSI_PLACE_EARLIER,
)

KEPT_BARS: Final = 32
"""Fewer would do: the 14 values of the RSI and two more places among them, 20 returns."""
PLACES: Final = 5


@leaf
def keep_places(state: Float64, bars: Bars, i: int) -> None:
    """Keep where the close and the RSI stand in their last 14 bars, NaN when there are fewer."""
    for k in range(CLOSE_PLACE + PLACES - 1, CLOSE_PLACE, -1):
        state[k] = state[k - 1]
    first = i - PERIOD + 1
    state[CLOSE_PLACE] = math.nan
    if first >= 0:
        low, high = lowest(bars, LOW, first, i), highest(bars, HIGH, first, i)
        state[CLOSE_PLACE] = place(bars[i, CLOSE], low, high)
    state[RSI_PLACE_EARLIER] = state[RSI_PLACE + 1]
    state[RSI_PLACE + 1] = state[RSI_PLACE]
    state[RSI_PAST + (int(state[N_BARS]) - 1) % RSI_KEPT] = rsi(state)
    state[RSI_PLACE] = rsi_place(state)


@leaf
def keep(state: Float64, bars: Bars, i: int) -> None:
    """Keep what later bars read of bar `i`, which the state has seen."""
    keep_places(state, bars, i)
    if i > 0:
        slot = RETURNS_PAST + (int(state[N_BARS]) - 1) % RETURNS
        state[slot] = math.log(bars[i, CLOSE] / bars[i - 1, CLOSE])
        state[slot + RETURNS] = state[slot]
