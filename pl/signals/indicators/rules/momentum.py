"""Tell by how much the close changed over some bars, in dollars and in percent."""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN

MOMENTUM_10: Final = COLUMN["momentum_10"]
ROC_10: Final = COLUMN["roc_10"]
ROC_60: Final = COLUMN["roc_60"]
SHORT: Final = 10
LONG: Final = 60


@leaf
def change(bars: Bars, i: int, n_bars: int) -> float:
    """Return the change of the close over `n_bars` bars in USD, or NaN."""
    return float(bars[i, CLOSE] - bars[i - n_bars, CLOSE]) if i >= n_bars else math.nan


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write the change over 10 bars in USD, and those over 10 and 60 bars in percent."""
    out[MOMENTUM_10] = change(bars, i, SHORT)
    out[ROC_10] = 100.0 * out[MOMENTUM_10] / bars[i - SHORT, CLOSE] if i >= SHORT else math.nan
    out[ROC_60] = 100.0 * (bars[i, CLOSE] / bars[i - LONG, CLOSE] - 1.0) if i >= LONG else math.nan


MOMENTUM: Final = IndicatorSet(
    columns=(
        Column(
            name="momentum_10",
            warm_up=SHORT + 1,
            unit="USD",
            rule="close less the close 10 bars before",
            parameters={"bars": SHORT},
            talib=TaLib("MOM", {"timeperiod": SHORT}),
        ),
        Column(
            name="roc_10",
            warm_up=SHORT + 1,
            unit="percent",
            rule="change of the close over 10 bars",
            parameters={"bars": SHORT},
            talib=TaLib("ROC", {"timeperiod": SHORT}),
        ),
        Column(
            name="roc_60",
            warm_up=LONG + 1,
            unit="percent",
            rule="change of the close over 60 bars",
            parameters={"bars": LONG},
            talib=TaLib("ROC", {"timeperiod": LONG}),
        ),
    ),
    source="Murphy 1999, ch. 10",
    write=write,
    home=__name__,
)
