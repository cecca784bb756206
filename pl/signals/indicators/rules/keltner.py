"""Draw bands around an average of the closes, as wide as the bars reach.

EMA(20) and two average true ranges of 10 bars away from it.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after, smooth_wilder
from pl.signals.indicators.state import EMA_20, RANGE_10

UPPER: Final = COLUMN["keltner_upper"]
LOWER: Final = COLUMN["keltner_lower"]
PERIOD: Final = 20
RANGE_BARS: Final = 10
RANGES: Final = 2.0


@leaf
def step_range_10(state: Float64, reach: float, n: int) -> None:
    """Advance the average of 10 by the true range of the `n`-th bar of the walk, from 0."""
    state[RANGE_10] = smooth_wilder(state[RANGE_10], reach, n - 1, RANGE_BARS)


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write both bands."""
    middle = after(state, EMA_20, PERIOD)
    reach = RANGES * after(state, RANGE_10, RANGE_BARS + 1)
    out[UPPER] = middle + reach
    out[LOWER] = middle - reach


PARAMETERS: Final = {"bars": PERIOD, "range bars": RANGE_BARS, "ranges": RANGES}
KELTNER: Final = IndicatorSet(
    columns=(
        Column(
            name="keltner_upper",
            warm_up=PERIOD,
            unit="USD",
            rule="EMA(20) and two ATR(10)",
            parameters=PARAMETERS,
            published=("keltner", "upperBand"),
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="keltner_lower",
            warm_up=PERIOD,
            unit="USD",
            rule="EMA(20) less two ATR(10)",
            parameters=PARAMETERS,
            published=("keltner", "lowerBand"),
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Raschke, as in Connors and Raschke 1995",
    write=write,
    home=__name__,
)
