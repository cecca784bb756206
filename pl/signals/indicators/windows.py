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
    HIGH,
    LOW,
    VOLUME,
    Bars,
    highest,
    lowest,
    mean,
    mean_true_range,
)
from pl.signals.indicators.rules.bollinger import deviation_20
from pl.signals.indicators.rules.simple_average import total_20, total_50, total_200
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
def look(state: Float64, bars: Bars, i: int) -> None:
    """Write the shared windows of bar `i`; NaN where there are too few bars."""
    has_usual = i >= USUAL_BARS
    first = i - USUAL_BARS
    state[USUAL_VOLUME] = mean(bars, VOLUME, first, i - 1) if has_usual else math.nan
    state[USUAL_RANGE] = mean_true_range(bars, i, RANGE_BARS) if has_usual else math.nan
    state[TOP_20] = highest(bars, HIGH, first, i - 1) if has_usual else math.nan
    state[BOTTOM_20] = lowest(bars, LOW, first, i - 1) if has_usual else math.nan
    newest = total_20(bars, i)
    newer = total_50(bars, i, newest)
    state[SMA_20] = newest / 20.0
    state[SMA_50] = newer / 50.0
    state[SMA_200] = total_200(bars, i, newer) / 200.0
    state[DEVIATION_20] = deviation_20(bars, i, state[SMA_20])
