"""Tell where a close stands in the bars before it, on a fixed scale.

Stochastic(14, 3, 3) place of the close between low and high of 14 bars, 0-100, averaged over 3
                     bars (k) and again (d).                            Source : Lane 1984.
StochRSI(14, 14, 3)  the same place of the RSI among its last 14 values; d is its mean of 3.
                                                                        Source : Chande 1994.
Williams %R(14)      the place from above, -100 to 0.                   Source : Williams 1973.
CCI(20)              typical price less its mean, in 0.015 mean deviations.  Lambert 1980.
Aroon(25)            how recent the high and low of 26 bars are, 0-100; of equals the latest.
                                                                        Source : Chande 1995.
Ultimate(7, 14, 28)  buying pressure over true range, weighted 4, 2, 1. Source : Williams 1985.
Momentum, ROC (10)   change of the close over 10 bars, in USD and percent.

Where a window has no spread the place is its middle (50, -50) and CCI is 0; TA-Lib says 0.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import (
    Lanes,
    equal_bits,
    larger,
    largest,
    last_bit,
    load,
    load_from,
    newest,
    size,
    smaller,
    smallest,
    spread,
    total,
)
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest, true_ranges
from pl.signals.indicators.state import (
    CLOSE_PLACE,
    N_BARS,
    RSI_KEPT,
    RSI_PAST,
    RSI_PLACE,
    RSI_PLACE_EARLIER,
)

PERIOD: Final = 14
SMOOTHED: Final = 3
CCI_BARS: Final = 20
AROON_BARS: Final = 25
LONGEST: Final = 28


@leaf
def place(value: float, low: float, high: float) -> float:
    """Return where a value stands between two others, 0-100, 50 when they are the same."""
    return 100.0 * (value - low) / (high - low) if high > low else 50.0


@leaf
def write_stochastic(out: Float64, at: int, state: Float64) -> float:
    """Write k and d at `at` and the place after it, NaN before 16 and 18 bars.

    Returns the place of the close itself, NaN before 14 bars.
    """
    c, b, a = state[CLOSE_PLACE], state[CLOSE_PLACE + 1], state[CLOSE_PLACE + 2]
    z, y = state[CLOSE_PLACE + 3], state[CLOSE_PLACE + 4]
    out[at] = (a + b + c) / 3.0
    out[at + 1] = ((y + z + a) / 3.0 + (z + a + b) / 3.0 + out[at]) / 3.0
    return float(c)


@leaf
def rsi_place(state: Float64) -> float:
    """Return the place of the RSI among its last 14 values, which are kept."""
    a, b = load_from(state, RSI_PAST), load_from(state, RSI_PAST + RSI_KEPT - 8)
    value = state[RSI_PAST + (int(state[N_BARS]) - 1) % RSI_KEPT]
    return place(value, smallest(smaller(a, b)), largest(larger(a, b)))


@leaf
def write_stoch_rsi(out: Float64, at: int, state: Float64) -> None:
    """Write k and d at `at` and the place after it, NaN before 28 and 30 bars."""
    n, k = state[N_BARS], state[RSI_PLACE]
    out[at] = k if n >= 2 * PERIOD else math.nan
    out[at + 1] = math.nan
    if n >= 2 * PERIOD + SMOOTHED - 1:
        out[at + 1] = (state[RSI_PLACE_EARLIER] + state[RSI_PLACE + 1] + k) / 3.0


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
def bars_since(bars: Bars, column: int, i: int, value: float) -> int:
    """Return how many bars ago, of bars `i` - 25 to `i`, a column last held a value it holds."""
    bits = equal_bits(load(bars, i - 7, column), value) << 24
    bits |= equal_bits(load(bars, i - 15, column), value) << 16
    bits |= equal_bits(load(bars, i - 23, column), value) << 8
    bits |= equal_bits(load(bars, i - 25, column), value) << 6
    return 31 - last_bit(bits)


@leaf
def write_aroon(out: Float64, at: int, bars: Bars, i: int) -> None:
    """Write up, down and their difference at `at` and the two places after it, or NaN."""
    first = i - AROON_BARS
    if first < 0:
        out[at : at + 3] = math.nan
        return
    top = bars_since(bars, HIGH, i, highest(bars, HIGH, first, i))
    bottom = bars_since(bars, LOW, i, lowest(bars, LOW, first, i))
    out[at] = 100.0 * (AROON_BARS - top) / AROON_BARS
    out[at + 1] = 100.0 * (AROON_BARS - bottom) / AROON_BARS
    out[at + 2] = out[at] - out[at + 1]


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


@leaf
def change(bars: Bars, i: int, n_bars: int) -> float:
    """Return the change of the close over `n_bars` bars in USD, or NaN."""
    return float(bars[i, CLOSE] - bars[i - n_bars, CLOSE]) if i >= n_bars else math.nan
