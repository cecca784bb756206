"""Tell how recent the high and the low of the last bars are: Aroon.

100 when the bar itself holds the highest high (lowest low) of the last 26 bars, 0 when it is 25
bars old; of equal ones the latest counts. The oscillator is their difference.
"""

import math
from typing import Final

from pl.kernel import inner_leaf
from pl.lanes import equal_bits, last_bit, load
from pl.market.batches import Float64
from pl.signals.bars import HIGH, LOW, Bars, highest, lowest
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN

UP: Final = COLUMN["aroon_up"]
DOWN: Final = COLUMN["aroon_down"]
OSCILLATOR: Final = COLUMN["aroon_oscillator"]
AROON_BARS: Final = 25


@inner_leaf
def bars_since(bars: Bars, column: int, i: int, value: float) -> int:
    """Return how many bars ago, of bars `i` - 25 to `i`, a column last held a value it holds."""
    bits = equal_bits(load(bars, i - 7, column), value) << 24
    bits |= equal_bits(load(bars, i - 15, column), value) << 16
    bits |= equal_bits(load(bars, i - 23, column), value) << 8
    bits |= equal_bits(load(bars, i - 25, column), value) << 6
    return 31 - last_bit(bits)


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write up, down and their difference, or NaN."""
    first = i - AROON_BARS
    if first < 0:
        out[UP] = math.nan
        out[DOWN] = math.nan
        out[OSCILLATOR] = math.nan
        return
    top = bars_since(bars, HIGH, i, highest(bars, HIGH, first, i))
    bottom = bars_since(bars, LOW, i, lowest(bars, LOW, first, i))
    out[UP] = 100.0 * (AROON_BARS - top) / AROON_BARS
    out[DOWN] = 100.0 * (AROON_BARS - bottom) / AROON_BARS
    out[OSCILLATOR] = out[UP] - out[DOWN]


TALIB: Final = {"timeperiod": AROON_BARS}
DIFFERS: Final = "of equal ends the published values take the earliest, TA-Lib and ours the latest"
AROON: Final = IndicatorSet(
    columns=(
        Column(
            name="aroon_up",
            warm_up=AROON_BARS + 1,
            unit="0 to 100",
            rule="how recent the highest high of 26 bars is",
            parameters={"bars": AROON_BARS},
            talib=TaLib("AROON", TALIB, "aroonup"),
            differs=DIFFERS,
        ),
        Column(
            name="aroon_down",
            warm_up=AROON_BARS + 1,
            unit="0 to 100",
            rule="how recent the lowest low of 26 bars is",
            parameters={"bars": AROON_BARS},
            talib=TaLib("AROON", TALIB, "aroondown"),
            differs=DIFFERS,
        ),
        Column(
            name="aroon_oscillator",
            warm_up=AROON_BARS + 1,
            unit="-100 to 100",
            rule="Aroon up less Aroon down",
            parameters={"bars": AROON_BARS},
            talib=TaLib("AROONOSC", TALIB),
            differs=DIFFERS,
        ),
    ),
    source="Chande 1995",
    write=write,
    home=__name__,
)
