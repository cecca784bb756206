"""Tell how much the closes scatter, as logarithms, and by how much a bar opened off the one before.

Historical volatility is the sample deviation of the last 20 log returns, of one bar and not of a
year. The gap is the open over the close before.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import load_from, newest, spread, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, OPEN, Bars
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import N_BARS, RETURNS, RETURNS_PAST

VOLATILITY_20: Final = COLUMN["volatility_20"]
GAP: Final = COLUMN["gap"]


@leaf
def keep_return(state: Float64, bars: Bars, i: int) -> None:
    """Keep the log return of bar `i`, the last of the walk, which has one before it."""
    slot = RETURNS_PAST + (int(state[N_BARS]) - 1) % RETURNS
    state[slot] = math.log(bars[i, CLOSE] / bars[i - 1, CLOSE])
    state[slot + RETURNS] = state[slot]


@leaf
def volatility(state: Float64, bars: Bars, i: int) -> float:
    """Return the sample deviation of 20 log returns in percent, or NaN.

    state : that keeps them, see `kept`.
    """
    if i < RETURNS:
        return math.nan
    first = RETURNS_PAST + int(state[N_BARS] - 1) % RETURNS + 1
    middle = spread(math.log(bars[i, CLOSE] / bars[i - RETURNS, CLOSE]) / RETURNS)
    a = load_from(state, first) - middle
    b = load_from(state, first + 8) - middle
    c = newest(load_from(state, first + 12) - middle, 4)
    return 100.0 * math.sqrt(total(a * a + b * b + c * c) / (RETURNS - 1))


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write volatility and gap."""
    out[VOLATILITY_20] = volatility(state, bars, i)
    out[GAP] = 100.0 * (bars[i, OPEN] / bars[i - 1, CLOSE] - 1.0) if i >= 1 else math.nan


VOLATILITY: Final = IndicatorSet(
    columns=(
        Column(
            name="volatility_20",
            warm_up=RETURNS + 1,
            unit="percent",
            rule="sample deviation of 20 log returns, of a bar",
            parameters={"bars": RETURNS},
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="gap",
            warm_up=2,
            unit="percent",
            rule="open over the close before, less one",
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Hull 2018, ch. 15; Bulkowski 2021 for gaps",
    write=write,
    home=__name__,
)
