"""Draw bands around the mean of the closes, as wide as they scatter.

The bands lie two population deviations of the last 20 closes from their mean. %b is the place of
the close in them, 0 at the lower and 1 at the upper, NaN where they meet; the width is their
distance over the middle.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import load, newest, spread, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import DEVIATION_20, SMA_20

UPPER: Final = COLUMN["bb_upper"]
MIDDLE: Final = COLUMN["bb_middle"]
LOWER: Final = COLUMN["bb_lower"]
PERCENT_B: Final = COLUMN["bb_percent_b"]
WIDTH: Final = COLUMN["bb_width"]
PERIOD: Final = 20
DEVIATIONS: Final = 2.0
NOISE: Final = 1e-12
"""Of the price: bands this near to each other are apart by the rounding of their mean alone."""


@inner_leaf
def squares_around(bars: Bars, column: int, first: int, centre: float) -> float:
    """Return the sum of the squared distances of 20 values of a column from `centre`."""
    middle = spread(centre)
    a = load(bars, first, column) - middle
    b = load(bars, first + 8, column) - middle
    c = newest(load(bars, first + 12, column) - middle, 4)
    return total(a * a + b * b + c * c)


@leaf
def deviation_20(bars: Bars, i: int, centre: float) -> float:
    """Return the population deviation of the 20 closes up to bar `i` from their mean, or NaN.

    Two passes: the difference of squares of the one-pass formula loses the digits of an
    expensive, quiet stock.
    Source : Bollinger 2001, ch. 7 (population deviation).
    """
    if i < PERIOD - 1:
        return math.nan
    return math.sqrt(squares_around(bars, CLOSE, i - PERIOD + 1, centre) / 20.0)


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write the bands, the place of the close in them, and their width."""
    reach = DEVIATIONS * state[DEVIATION_20]
    out[UPPER] = state[SMA_20] + reach
    out[MIDDLE] = state[SMA_20]
    out[LOWER] = state[SMA_20] - reach
    width = out[UPPER] - out[LOWER]
    out[PERCENT_B] = (
        (bars[i, CLOSE] - out[LOWER]) / width if width > NOISE * out[MIDDLE] else math.nan
    )
    out[WIDTH] = width / out[MIDDLE]


PARAMETERS: Final = {"bars": PERIOD, "deviations": DEVIATIONS}
TALIB: Final = {"timeperiod": PERIOD, "nbdevup": DEVIATIONS, "nbdevdn": DEVIATIONS}
BOLLINGER: Final = IndicatorSet(
    columns=(
        Column(
            name="bb_upper",
            warm_up=PERIOD,
            unit="USD",
            rule="mean of 20 closes and two of their deviations",
            parameters=PARAMETERS,
            talib=TaLib("BBANDS", TALIB, "upperband"),
            published=("bb", "upperBand"),
        ),
        Column(
            name="bb_middle",
            warm_up=PERIOD,
            unit="USD",
            rule="mean of 20 closes",
            parameters={"bars": PERIOD},
            talib=TaLib("BBANDS", TALIB, "middleband"),
            published=("bb", "sma"),
        ),
        Column(
            name="bb_lower",
            warm_up=PERIOD,
            unit="USD",
            rule="mean of 20 closes less two of their deviations",
            parameters=PARAMETERS,
            talib=TaLib("BBANDS", TALIB, "lowerband"),
            published=("bb", "lowerBand"),
        ),
        Column(
            name="bb_percent_b",
            warm_up=PERIOD,
            unit="ratio",
            rule="place of the close between the bands, 0 at the lower, 1 at the upper",
            parameters=PARAMETERS,
            published=("bb", "percentB"),
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="bb_width",
            warm_up=PERIOD,
            unit="ratio",
            rule="distance of the bands over the middle",
            parameters=PARAMETERS,
            published=("bb", "width"),
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Bollinger 2001",
    write=write,
    home=__name__,
)
