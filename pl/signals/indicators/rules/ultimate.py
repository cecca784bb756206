"""Weigh buying pressure over three spans: the ultimate oscillator.

Buying pressure is the close less the lower of the low and the close before. Its sum over that of
the true ranges, a half where nothing moved, of 7, 14 and 28 bars, weighted 4, 2 and 1.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import Lanes, load, newest, smaller, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, LOW, Bars, true_ranges
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN

ULTIMATE: Final = COLUMN["ultimate"]
SHORT: Final = 7
MIDDLE: Final = 14
LONGEST: Final = 28


@inner_leaf
def pressures(bars: Bars, first: int) -> Lanes:
    """Return the buying pressure of eight bars, in USD; bar `first` has one before it."""
    low, before = load(bars, first, LOW), load(bars, first - 1, CLOSE)
    return load(bars, first, CLOSE) - smaller(low, before)


@inner_leaf
def pressure_share(pressure: float, ranges: float) -> float:
    """Return buying pressure over true ranges, a half where nothing moved."""
    return pressure / ranges if ranges > 0.0 else 0.5


@leaf
def ultimate(bars: Bars, i: int) -> float:
    """Return the ultimate oscillator of 7, 14 and 28 bars, 0-100, or NaN."""
    if i < LONGEST:
        return math.nan
    pressure = total(newest(pressures(bars, i - 7), 7))
    ranges = total(newest(true_ranges(bars, i - 7), 7))
    score = 4.0 * pressure_share(pressure, ranges)
    pressure += total(newest(pressures(bars, i - 14), 7))
    ranges += total(newest(true_ranges(bars, i - 14), 7))
    score += 2.0 * pressure_share(pressure, ranges)
    pressure += total(pressures(bars, i - 27) + newest(pressures(bars, i - 21), 6))
    ranges += total(true_ranges(bars, i - 27) + newest(true_ranges(bars, i - 21), 6))
    return 100.0 * (score + pressure_share(pressure, ranges)) / 7.0


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write the oscillator."""
    out[ULTIMATE] = ultimate(bars, i)


ULTIMATE_SET: Final = IndicatorSet(
    columns=(
        Column(
            name="ultimate",
            warm_up=LONGEST + 1,
            unit="0 to 100",
            rule="buying pressure over true range of 7, 14 and 28 bars, weighted 4, 2 and 1",
            parameters={"short": SHORT, "middle": MIDDLE, "long": LONGEST},
            talib=TaLib(
                "ULTOSC", {"timeperiod1": SHORT, "timeperiod2": MIDDLE, "timeperiod3": LONGEST}
            ),
            published=("uo", "ultimate"),
            differs="where nothing moved TA-Lib says 0, ours a half",
        ),
    ),
    source="Williams 1985",
    write=write,
    home=__name__,
)
