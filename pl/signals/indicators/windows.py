"""Sum up the windows that several indicators and rules read at the same bar.

They are computed once a bar, afresh from the bars, and kept in the symbol's state until the next.

USUAL_VOLUME   mean volume of the 20 bars before, in shares.
USUAL_RANGE    mean true range of the 14 bars before, in USD.
SMA_n          mean of the last n closes, this one included.
DEVIATION_20   population deviation of the last 20 closes.
TOP_20         highest high, BOTTOM_20 lowest low of the 20 bars before.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import (
    CLOSE,
    HIGH,
    LANES,
    LOW,
    VOLUME,
    Bars,
    highest,
    lowest,
    mean,
    mean_true_range,
)
from pl.signals.indicators.channels import deviation_from, sma
from pl.signals.indicators.state import (
    BOTTOM_20,
    DEVIATION_20,
    SMA_20,
    SMA_50,
    SMA_200,
    TOP_20,
    USUAL_RANGE,
    USUAL_VOLUME,
)

USUAL_BARS: Final = 20
RANGE_BARS: Final = 14


@leaf
def sma_200(bars: Bars, i: int) -> float:
    """Return the mean of the 200 closes up to bar `i`, or NaN.

    Summed in four lanes, every fourth bar each: one chain of 200 additions takes four times as
    long.
    """
    first = i - 199
    if first < 0:
        return math.nan
    a = b = c = d = 0.0
    for j in range(first, i + 1, LANES):
        a += bars[j, CLOSE]
        b += bars[j + 1, CLOSE]
        c += bars[j + 2, CLOSE]
        d += bars[j + 3, CLOSE]
    return float((a + b + (c + d)) / 200.0)


@leaf
def look(state: Float64, bars: Bars, i: int) -> None:
    """Write the shared windows of bar `i`; NaN where there are too few bars."""
    has_usual = i >= USUAL_BARS
    first = i - USUAL_BARS
    state[USUAL_VOLUME] = mean(bars, VOLUME, first, i - 1) if has_usual else math.nan
    state[USUAL_RANGE] = mean_true_range(bars, i, RANGE_BARS) if has_usual else math.nan
    state[TOP_20] = highest(bars, HIGH, first, i - 1) if has_usual else math.nan
    state[BOTTOM_20] = lowest(bars, LOW, first, i - 1) if has_usual else math.nan
    state[SMA_20] = sma(bars, i, 20)
    state[SMA_50] = sma(bars, i, 50)
    state[SMA_200] = sma_200(bars, i)
    state[DEVIATION_20] = deviation_from(bars, i, 20, state[SMA_20])
