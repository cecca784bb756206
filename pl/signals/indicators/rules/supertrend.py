"""Follow a trend with a band that never gives way while the trend holds: SuperTrend.

The bands lie three average true ranges of 10 bars from the middle of the bar; the lower only rises
and the upper only falls, until the close lies beyond the one that holds.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import N_BARS, RANGE_10, TREND_LOWER, TREND_SIDE, TREND_UPPER

SUPERTREND: Final = COLUMN["supertrend"]
PERIOD: Final = 10
RANGES: Final = 3.0


@leaf
def step_supertrend(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance the SuperTrend by bar `i`; its ATR stands in the state already."""
    if n < PERIOD:
        return
    middle = 0.5 * (bars[i, HIGH] + bars[i, LOW])
    upper = middle + RANGES * state[RANGE_10]
    lower = middle - RANGES * state[RANGE_10]
    last = bars[i - 1, CLOSE]
    if n == PERIOD:
        state[TREND_SIDE] = 1.0 if bars[i, CLOSE] >= middle else -1.0
        state[TREND_UPPER] = upper
        state[TREND_LOWER] = lower
    if upper < state[TREND_UPPER] or last > state[TREND_UPPER]:
        state[TREND_UPPER] = upper
    if lower > state[TREND_LOWER] or last < state[TREND_LOWER]:
        state[TREND_LOWER] = lower
    edge = state[TREND_LOWER] if state[TREND_SIDE] > 0.0 else state[TREND_UPPER]
    state[TREND_SIDE] = -1.0 if bars[i, CLOSE] <= edge else 1.0


@leaf
def supertrend(state: Float64) -> float:
    """Return the band that holds the trend, in USD, NaN before 11 bars."""
    if state[N_BARS] <= PERIOD:
        return math.nan
    return float(state[TREND_LOWER] if state[TREND_SIDE] > 0.0 else state[TREND_UPPER])


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the band that holds."""
    out[SUPERTREND] = supertrend(state)


SUPERTREND_SET: Final = IndicatorSet(
    columns=(
        Column(
            name="supertrend",
            warm_up=PERIOD + 1,
            unit="USD",
            rule="band three ATR(10) from the bar's middle, below a rising, above a falling trend",
            parameters={"bars": PERIOD, "ranges": RANGES},
            published=("supertrend", "superTrend"),
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Seban 2009",
    write=write,
    home=__name__,
)
