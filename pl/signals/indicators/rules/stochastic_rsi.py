"""Tell where the RSI stands among its own last values.

The place of RSI(14) between the lowest and highest of its last 14 values, 50 where they are the
same; d is its mean of 3.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import larger, largest, load_from, smaller, smallest
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.rules.rsi import rsi
from pl.signals.indicators.rules.stochastic import place
from pl.signals.indicators.state import (
    N_BARS,
    RSI_KEPT,
    RSI_PAST,
    RSI_PLACE,
    RSI_PLACE_EARLIER,
)

STOCH_RSI_K: Final = COLUMN["stoch_rsi_k"]
STOCH_RSI_D: Final = COLUMN["stoch_rsi_d"]
PERIOD: Final = 14
SMOOTHED: Final = 3
SAME: Final = 1e-9
"""Points: values of the RSI this near to each other differ by rounding alone."""


@leaf
def rsi_place(state: Float64) -> float:
    """Return the place of the RSI among its last 14 values, which are kept."""
    a, b = load_from(state, RSI_PAST), load_from(state, RSI_PAST + RSI_KEPT - 8)
    value = state[RSI_PAST + (int(state[N_BARS]) - 1) % RSI_KEPT]
    low, high = smallest(smaller(a, b)), largest(larger(a, b))
    return place(value, low, high) if high - low > SAME else 50.0


@leaf
def keep_rsi(state: Float64) -> None:
    """Keep the RSI of the walk's last bar and its place, now and at the two bars before."""
    state[RSI_PLACE_EARLIER] = state[RSI_PLACE + 1]
    state[RSI_PLACE + 1] = state[RSI_PLACE]
    state[RSI_PAST + (int(state[N_BARS]) - 1) % RSI_KEPT] = rsi(state)
    state[RSI_PLACE] = rsi_place(state)


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write k and d, NaN before 28 and 30 bars."""
    n, k = state[N_BARS], state[RSI_PLACE]
    out[STOCH_RSI_K] = k if n >= 2 * PERIOD else math.nan
    out[STOCH_RSI_D] = math.nan
    if n >= 2 * PERIOD + SMOOTHED - 1:
        out[STOCH_RSI_D] = (state[RSI_PLACE_EARLIER] + state[RSI_PLACE + 1] + k) / 3.0


FLAT: Final = "in a window without a spread TA-Lib says 0, or what rounding makes; ours the middle"
TALIB: Final = {"timeperiod": PERIOD, "fastk_period": PERIOD, "fastd_period": SMOOTHED}
STOCHASTIC_RSI: Final = IndicatorSet(
    columns=(
        Column(
            name="stoch_rsi_k",
            warm_up=2 * PERIOD,
            unit="0 to 100",
            rule="place of RSI(14) among its last 14 values",
            parameters={"bars": PERIOD},
            talib=TaLib("STOCHRSI", TALIB, "fastk", later=SMOOTHED - 1),
            published=("stoch-rsi", "stochRsi"),
            differs=f"TA-Lib keeps it back until d is known; {FLAT}",
        ),
        Column(
            name="stoch_rsi_d",
            warm_up=2 * PERIOD + SMOOTHED - 1,
            unit="0 to 100",
            rule="mean of 3 of these places",
            parameters={"bars": PERIOD, "smoothed": SMOOTHED},
            talib=TaLib("STOCHRSI", TALIB, "fastd"),
            published=("stoch-rsi", "signal"),
            differs=FLAT,
        ),
    ),
    source="Chande and Kroll 1994",
    write=write,
    home=__name__,
)
