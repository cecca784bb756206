"""Tell how much of what the closes moved was up: the relative strength index.

100 times the average gain over average gain and loss, both smoothed by Wilder over 14 bars from the
plain mean of the first 14; 50 when nothing moved.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import smooth_wilder
from pl.signals.indicators.state import GAIN, LOSS, N_BARS

RSI_14: Final = COLUMN["rsi_14"]
PERIOD: Final = 14


@leaf
def step_rsi(state: Float64, last: float, close: float, n: int) -> None:
    """Advance gains and losses by the `n`-th close of the walk, counted from 0."""
    state[GAIN] = smooth_wilder(state[GAIN], max(close - last, 0.0), n - 1, PERIOD)
    state[LOSS] = smooth_wilder(state[LOSS], max(last - close, 0.0), n - 1, PERIOD)


@leaf
def rsi(state: Float64) -> float:
    """Return the relative strength index 0-100, 50 when nothing moved, NaN before 15 bars."""
    if state[N_BARS] <= PERIOD:
        return math.nan
    moved = state[GAIN] + state[LOSS]
    if moved <= 0.0:
        return 50.0
    return float(100.0 * state[GAIN] / moved)


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the index."""
    out[RSI_14] = rsi(state)


RSI: Final = IndicatorSet(
    columns=(
        Column(
            name="rsi_14",
            warm_up=PERIOD + 1,
            unit="0 to 100",
            rule="100 times the average gain of 14 bars over average gain and loss",
            parameters={"bars": PERIOD},
            talib=TaLib("RSI", {"timeperiod": PERIOD}),
            published=("rsi", "rsi"),
            differs="where nothing moved TA-Lib says 0, which reads as oversold; ours 50",
        ),
    ),
    source="Wilder 1978, ch. 6",
    write=write,
    home=__name__,
)
