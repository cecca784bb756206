"""Average the true range: how far a bar usually reaches, in dollars and in percent.

The true range is the longest of high to low, high to the close before and low to the close before;
Wilder's smoothing over 14 bars, from the plain mean of the first 14.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after, smooth_wilder
from pl.signals.indicators.state import RANGE

ATR_14: Final = COLUMN["atr_14"]
NATR_14: Final = COLUMN["natr_14"]
PERIOD: Final = 14


@leaf
def step_range(state: Float64, reach: float, n: int) -> None:
    """Advance the average by the true range of the `n`-th bar of the walk, counted from 0."""
    state[RANGE] = smooth_wilder(state[RANGE], reach, n - 1, PERIOD)


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write the average true range and its share of the close."""
    out[ATR_14] = after(state, RANGE, PERIOD + 1)
    out[NATR_14] = 100.0 * out[ATR_14] / bars[i, CLOSE]


AVERAGE_RANGE: Final = IndicatorSet(
    columns=(
        Column(
            name="atr_14",
            warm_up=PERIOD + 1,
            unit="USD",
            rule="Wilder's average of 14 true ranges",
            parameters={"bars": PERIOD},
            talib=TaLib("ATR", {"timeperiod": PERIOD}),
            published=("atr", "atr"),
        ),
        Column(
            name="natr_14",
            warm_up=PERIOD + 1,
            unit="percent",
            rule="ATR over the close",
            parameters={"bars": PERIOD},
            talib=TaLib("NATR", {"timeperiod": PERIOD}),
            published=("atr", "atrp"),
        ),
    ),
    source="Wilder 1978, ch. 3",
    write=write,
    home=__name__,
)
