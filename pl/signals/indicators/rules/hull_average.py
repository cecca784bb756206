"""Average closes without much lag: Hull's weighted average of weighted averages.

HMA is the weighted average over 4 bars of twice the WMA of 10 less the WMA of 20. All weights are
known beforehand, so it is one sum of 23 closes with fixed weights.
"""

import math
from typing import Final

import numpy as np

from pl.kernel import inner_leaf, leaf
from pl.lanes import load, load_from, newest, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN

HMA_20: Final = COLUMN["hma_20"]
PERIOD: Final = 20
HALF: Final = 10
ROOT: Final = 4
N_CLOSES: Final = PERIOD + ROOT - 1


def _weights(period: int) -> Float64:
    return np.arange(1.0, period + 1.0) / (0.5 * period * (period + 1.0))


def _hull_weights() -> Float64:
    """Return by how much each of the 23 closes counts, oldest first."""
    each = np.zeros(PERIOD)
    each -= _weights(PERIOD)
    each[-HALF:] += 2.0 * _weights(HALF)
    return np.convolve(each, _weights(ROOT))


HULL_WEIGHTS: Final = _hull_weights()


@leaf
def hma(bars: Bars, i: int) -> float:
    """Return Hull's average of 20 bars, or NaN: one sum of 23 closes with fixed weights."""
    first = i - N_CLOSES + 1
    if first < 0:
        return math.nan
    a = load_from(HULL_WEIGHTS, 0) * load(bars, first, CLOSE)
    b = load_from(HULL_WEIGHTS, 8) * load(bars, first + 8, CLOSE)
    c = load_from(HULL_WEIGHTS, 15) * load(bars, first + 15, CLOSE)
    return total(a + b + newest(c, 7))


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write Hull's average."""
    out[HMA_20] = hma(bars, i)


HULL_AVERAGE: Final = IndicatorSet(
    columns=(
        Column(
            name="hma_20",
            warm_up=N_CLOSES,
            unit="USD",
            rule="WMA(4) of 2 WMA(10) - WMA(20)",
            parameters={"bars": PERIOD, "half": HALF, "root": ROOT},
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Hull 2005",
    write=write,
    home=__name__,
)
