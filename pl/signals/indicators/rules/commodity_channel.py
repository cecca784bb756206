"""Tell how unusual the typical price is among those of the last bars: the CCI.

Typical price (high, low and close by three) less its mean of 20 bars, in units of 0.015 of their
mean distance from it; 0 where there is none.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import Lanes, load, newest, size, spread, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN

CCI_20: Final = COLUMN["cci_20"]
CCI_BARS: Final = 20


@inner_leaf
def thrice_typical(bars: Bars, first: int) -> Lanes:
    """Return high, low and close added up of eight bars: three typical prices, in USD."""
    return load(bars, first, HIGH) + load(bars, first, LOW) + load(bars, first, CLOSE)


@leaf
def cci(bars: Bars, i: int) -> float:
    """Return the commodity channel index of 20 bars, or NaN.

    Of three times the typical price: the factor cancels out.
    """
    first = i - CCI_BARS + 1
    if first < 0:
        return math.nan
    a, b = thrice_typical(bars, first), thrice_typical(bars, first + 8)
    c = thrice_typical(bars, first + 12)
    centre = total(a + b + newest(c, 4)) / CCI_BARS
    middle = spread(centre)
    away = total(size(a - middle) + size(b - middle) + newest(size(c - middle), 4))
    now = bars[i, HIGH] + bars[i, LOW] + bars[i, CLOSE]
    unit = 0.015 * away / CCI_BARS
    return float((now - centre) / unit) if unit > 1e-15 * centre else 0.0


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write the index."""
    out[CCI_20] = cci(bars, i)


COMMODITY_CHANNEL: Final = IndicatorSet(
    columns=(
        Column(
            name="cci_20",
            warm_up=CCI_BARS,
            unit="ratio",
            rule="typical price less its mean of 20 bars, in 0.015 of their mean distance from it",
            parameters={"bars": CCI_BARS},
            talib=TaLib("CCI", {"timeperiod": CCI_BARS}),
            published=("cci", "cci"),
        ),
    ),
    source="Lambert 1980",
    write=write,
    home=__name__,
)
