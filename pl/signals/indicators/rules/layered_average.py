"""Average closes twice and thrice, and take off how much the layers lag.

DEMA is twice an EMA less the EMA of it; TEMA three times an EMA, less three times the EMA of it,
plus the EMA of that. Each layer begins with the plain mean of its first values.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import EMA_20, EMA_20_THRICE, EMA_20_TWICE, N_BARS

DEMA_20: Final = COLUMN["dema_20"]
TEMA_20: Final = COLUMN["tema_20"]
PERIOD: Final = 20
DEMA_BARS: Final = 39
TEMA_BARS: Final = 58


@leaf
def dema(state: Float64) -> float:
    """Return the double exponential average of 20 bars, NaN before 39."""
    if state[N_BARS] < DEMA_BARS:
        return math.nan
    return float(2.0 * state[EMA_20] - state[EMA_20_TWICE])


@leaf
def tema(state: Float64) -> float:
    """Return the triple exponential average of 20 bars, NaN before 58."""
    if state[N_BARS] < TEMA_BARS:
        return math.nan
    return float(3.0 * state[EMA_20] - 3.0 * state[EMA_20_TWICE] + state[EMA_20_THRICE])


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write both averages."""
    out[DEMA_20] = dema(state)
    out[TEMA_20] = tema(state)


LAYERED_AVERAGES: Final = IndicatorSet(
    columns=(
        Column(
            name="dema_20",
            warm_up=DEMA_BARS,
            unit="USD",
            rule="2 EMA - EMA of EMA, of 20 bars",
            parameters={"bars": PERIOD},
            talib=TaLib("DEMA", {"timeperiod": PERIOD}),
            differs="published values start their layers otherwise; alike after 200 bars",
        ),
        Column(
            name="tema_20",
            warm_up=TEMA_BARS,
            unit="USD",
            rule="3 EMA - 3 EMA of EMA + EMA of that, of 20 bars",
            parameters={"bars": PERIOD},
            talib=TaLib("TEMA", {"timeperiod": PERIOD}),
            published=("tema", "tema"),
            differs="published values start their layers otherwise; alike after 200 bars",
        ),
    ),
    source="Mulloy 1994",
    write=write,
    home=__name__,
)
