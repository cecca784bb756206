"""Average closes plainly.

The mean of the last closes, the bar's own included, summed afresh at each bar. The longer sums
begin with the shorter one, so that each close is added once.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars, total_of
from pl.signals.indicators import state as at
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN

SMA_20: Final = COLUMN["sma_20"]
SMA_50: Final = COLUMN["sma_50"]
SMA_200: Final = COLUMN["sma_200"]


@inner_leaf
def total_20(bars: Bars, i: int) -> float:
    """Return the sum of the 20 closes up to bar `i`, or NaN."""
    return total_of(bars, CLOSE, i - 19, i) if i >= 19 else math.nan


@inner_leaf
def total_50(bars: Bars, i: int, newest_20: float) -> float:
    """Return the sum of the 50 closes up to bar `i`, of which the newest 20 are summed, or NaN."""
    return newest_20 + total_of(bars, CLOSE, i - 49, i - 20) if i >= 49 else math.nan


@inner_leaf
def total_200(bars: Bars, i: int, newest_50: float) -> float:
    """Return the sum of the 200 closes up to bar `i`, of which the newest 50 are summed, or NaN."""
    return newest_50 + total_of(bars, CLOSE, i - 199, i - 50) if i >= 199 else math.nan


@leaf
def sma_20(bars: Bars, i: int) -> float:
    """Return the mean of the 20 closes up to bar `i`, or NaN."""
    return total_20(bars, i) / 20.0


@leaf
def sma_50(bars: Bars, i: int) -> float:
    """Return the mean of the 50 closes up to bar `i`, or NaN."""
    return total_50(bars, i, total_20(bars, i)) / 50.0


@leaf
def sma_200(bars: Bars, i: int) -> float:
    """Return the mean of the 200 closes up to bar `i`, or NaN."""
    return total_200(bars, i, total_50(bars, i, total_20(bars, i))) / 200.0


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the means, which `windows.look` has made."""
    out[SMA_20] = state[at.SMA_20]
    out[SMA_50] = state[at.SMA_50]
    out[SMA_200] = state[at.SMA_200]


SIMPLE_AVERAGES: Final = IndicatorSet(
    columns=tuple(
        Column(
            name=f"sma_{n}",
            warm_up=n,
            unit="USD",
            rule=f"mean of the last {n} closes",
            parameters={"bars": n},
            talib=TaLib("SMA", {"timeperiod": n}),
            published=("sma", "sma") if n == 20 else None,
        )
        for n in (20, 50, 200)
    ),
    source="Murphy 1999, ch. 9",
    write=write,
    home=__name__,
)
