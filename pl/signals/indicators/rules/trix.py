"""Tell how fast a triply smoothed average of the closes changes.

The change from bar to bar, in percent, of EMA(15) of EMA(15) of EMA(15); each begins with the plain
mean of its first values.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import smooth_thrice
from pl.signals.indicators.state import N_BARS, TRIX_BEFORE, TRIX_ONCE, TRIX_THRICE

TRIX_15: Final = COLUMN["trix_15"]
PERIOD: Final = 15


@leaf
def step_trix(state: Float64, close: float, n: int) -> None:
    """Advance the three averages by the `n`-th close of the walk, counted from 0."""
    state[TRIX_BEFORE] = state[TRIX_THRICE]
    smooth_thrice(state, TRIX_ONCE, close, n, PERIOD)


@leaf
def trix(state: Float64) -> float:
    """Return the change of the triply smoothed close in percent, NaN before 44 bars."""
    if state[N_BARS] < 3 * PERIOD - 1:
        return math.nan
    return float(100.0 * (state[TRIX_THRICE] / state[TRIX_BEFORE] - 1.0))


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the change."""
    out[TRIX_15] = trix(state)


TRIX: Final = IndicatorSet(
    columns=(
        Column(
            name="trix_15",
            warm_up=3 * PERIOD - 1,
            unit="percent",
            rule="change of the closes' EMA(15), smoothed thrice, from bar to bar",
            parameters={"bars": PERIOD},
            talib=TaLib("TRIX", {"timeperiod": PERIOD}),
            differs="published values start their layers otherwise; alike after 200 bars",
        ),
    ),
    source="Hutson 1983",
    write=write,
    home=__name__,
)
