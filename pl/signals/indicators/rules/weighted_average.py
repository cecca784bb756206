"""Average closes with weights that fall in equal steps, the newest close the heaviest."""

import math
from typing import Final

from pl.kernel import inner_leaf
from pl.lanes import N_LANES, load, newest, ramp, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN

WMA_20: Final = COLUMN["wma_20"]
PERIOD: Final = 20


@inner_leaf
def wma(bars: Bars, i: int, period: int) -> float:
    """Return the weighted mean of the `period` closes, eight or more, up to bar `i`, or NaN."""
    first = i - period + 1
    if first < 0:
        return math.nan
    lanes = ramp(1.0) * load(bars, first, CLOSE)
    for k in range(N_LANES, period - N_LANES + 1, N_LANES):
        lanes += ramp(k + 1.0) * load(bars, first + k, CLOSE)
    if period % N_LANES:
        rest = ramp(period - N_LANES + 1.0) * load(bars, i - N_LANES + 1, CLOSE)
        lanes += newest(rest, period % N_LANES)
    return total(lanes) / (0.5 * period * (period + 1.0))


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write the average of 20 closes."""
    out[WMA_20] = wma(bars, i, PERIOD)


WEIGHTED_AVERAGE: Final = IndicatorSet(
    columns=(
        Column(
            name="wma_20",
            warm_up=PERIOD,
            unit="USD",
            rule="mean of the last 20 closes with weights 1 to 20",
            parameters={"bars": PERIOD},
            talib=TaLib("WMA", {"timeperiod": PERIOD}),
        ),
    ),
    source="Murphy 1999, ch. 9",
    write=write,
    home=__name__,
)
