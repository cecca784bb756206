"""Tell where the close stands between the low and the high of the bars before it.

The place is 0 at the low and 100 at the high of the last 14 bars, 50 where they are the same. %K is
its mean of 3 bars, %D the mean of 3 %K; Williams %R is the same place counted from above.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import CLOSE_PLACE

STOCH_K: Final = COLUMN["stoch_k"]
STOCH_D: Final = COLUMN["stoch_d"]
WILLR_14: Final = COLUMN["willr_14"]
PERIOD: Final = 14
SMOOTHED: Final = 3
PLACES: Final = 5


@leaf
def place(value: float, low: float, high: float) -> float:
    """Return where a value stands between two others, 0-100, 50 when they are the same."""
    return 100.0 * (value - low) / (high - low) if high > low else 50.0


@leaf
def keep_place(state: Float64, bars: Bars, i: int) -> None:
    """Keep the place of the close at bar `i` and the four bars before, NaN with too few bars."""
    for k in range(CLOSE_PLACE + PLACES - 1, CLOSE_PLACE, -1):
        state[k] = state[k - 1]
    first = i - PERIOD + 1
    state[CLOSE_PLACE] = math.nan
    if first >= 0:
        low, high = lowest(bars, LOW, first, i), highest(bars, HIGH, first, i)
        state[CLOSE_PLACE] = place(bars[i, CLOSE], low, high)


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write %K and %D, NaN before 16 and 18 bars, and %R, NaN before 14."""
    c, b, a = state[CLOSE_PLACE], state[CLOSE_PLACE + 1], state[CLOSE_PLACE + 2]
    z, y = state[CLOSE_PLACE + 3], state[CLOSE_PLACE + 4]
    out[STOCH_K] = (a + b + c) / 3.0
    out[STOCH_D] = ((y + z + a) / 3.0 + (z + a + b) / 3.0 + out[STOCH_K]) / 3.0
    out[WILLR_14] = c - 100.0


FLAT: Final = "in a window without a spread TA-Lib says 0, ours the middle"
TALIB: Final = {"fastk_period": PERIOD, "slowk_period": SMOOTHED, "slowd_period": SMOOTHED}
STOCHASTIC: Final = IndicatorSet(
    columns=(
        Column(
            name="stoch_k",
            warm_up=PERIOD + SMOOTHED - 1,
            unit="0 to 100",
            rule="place of the close in the last 14 bars, mean of 3",
            parameters={"bars": PERIOD, "smoothed": SMOOTHED},
            talib=TaLib("STOCH", TALIB, "slowk", later=SMOOTHED - 1),
            published=("stoch", "k"),
            differs=f"TA-Lib keeps it back until %D is known; {FLAT}",
        ),
        Column(
            name="stoch_d",
            warm_up=PERIOD + 2 * SMOOTHED - 2,
            unit="0 to 100",
            rule="mean of 3 %K",
            parameters={"bars": PERIOD, "smoothed": SMOOTHED},
            talib=TaLib("STOCH", TALIB, "slowd"),
            published=("stoch", "d"),
            differs=FLAT,
        ),
        Column(
            name="willr_14",
            warm_up=PERIOD,
            unit="-100 to 0",
            rule="place of the close in the last 14 bars, counted from the high",
            parameters={"bars": PERIOD},
            talib=TaLib("WILLR", {"timeperiod": PERIOD}),
            published=("willr", "williamsR"),
            differs=FLAT,
        ),
    ),
    source="Lane 1984; Williams 1973 for %R",
    write=write,
    home=__name__,
)
