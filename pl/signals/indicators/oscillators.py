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

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest, true_range
from pl.signals.indicators.state import N_BARS, RSI_KEPT, RSI_PAST

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
def fast_k(bars: Bars, i: int, first: int, last: int, low: float, high: float) -> float:
    """Return the place of close `i` in the 14 bars up to it, NaN when there are fewer.

    low, high : of bars `first` to `last`, which all those 14 bars take in.
    """
    oldest = i - PERIOD + 1
    if oldest < 0:
        return math.nan
    for j in range(oldest, first):
        low, high = min(low, bars[j, LOW]), max(high, bars[j, HIGH])
    for j in range(last + 1, i + 1):
        low, high = min(low, bars[j, LOW]), max(high, bars[j, HIGH])
    return place(bars[i, CLOSE], low, high)


@leaf
def write_stochastic(out: Float64, at: int, bars: Bars, i: int) -> float:
    """Write k and d at `at` and the place after it, NaN before 16 and 18 bars.

    Returns the place of close `i` itself, NaN before 14 bars.
    """
    first, last = max(i - PERIOD + 1, 0), max(i - 2 * SMOOTHED + 2, 0)
    low, high = lowest(bars, LOW, first, last), highest(bars, HIGH, first, last)
    a = fast_k(bars, i - 2, first, last, low, high)
    b = fast_k(bars, i - 1, first, last, low, high)
    c = fast_k(bars, i, first, last, low, high)
    y = fast_k(bars, i - 4, first, last, low, high)
    z = fast_k(bars, i - 3, first, last, low, high)
    out[at] = (a + b + c) / 3.0
    out[at + 1] = ((y + z + a) / 3.0 + (z + a + b) / 3.0 + out[at]) / 3.0
    return c


@leaf
def rsi_place(state: Float64, bar: int) -> float:
    """Return the place of the RSI of that bar of the walk among its last 14 values."""
    low = math.inf
    high = -math.inf
    for k in range(bar - PERIOD + 1, bar + 1):
        value = state[RSI_PAST + k % RSI_KEPT]
        low = min(low, value)
        high = max(high, value)
    return place(state[RSI_PAST + bar % RSI_KEPT], low, high)


@leaf
def write_stoch_rsi(out: Float64, at: int, state: Float64) -> None:
    """Write k and d at `at` and the place after it, NaN before 28 and 30 bars."""
    bar = int(state[N_BARS]) - 1
    out[at] = rsi_place(state, bar) if bar >= 2 * PERIOD - 1 else math.nan
    out[at + 1] = math.nan
    if bar >= 2 * PERIOD + SMOOTHED - 2:
        out[at + 1] = (rsi_place(state, bar - 2) + rsi_place(state, bar - 1) + out[at]) / 3.0


@leaf
def cci(bars: Bars, i: int) -> float:
    """Return the commodity channel index of 20 bars, or NaN."""
    if i < CCI_BARS - 1:
        return math.nan
    total = 0.0
    for j in range(i - CCI_BARS + 1, i + 1):
        total += (bars[j, HIGH] + bars[j, LOW] + bars[j, CLOSE]) / 3.0
    centre = total / CCI_BARS
    away = 0.0
    for j in range(i - CCI_BARS + 1, i + 1):
        away += abs((bars[j, HIGH] + bars[j, LOW] + bars[j, CLOSE]) / 3.0 - centre)
    typical = (bars[i, HIGH] + bars[i, LOW] + bars[i, CLOSE]) / 3.0
    unit = 0.015 * away / CCI_BARS
    return float((typical - centre) / unit) if unit > 1e-15 * centre else 0.0


@leaf
def write_aroon(out: Float64, at: int, bars: Bars, i: int) -> None:
    """Write up, down and their difference at `at` and the two places after it, or NaN."""
    if i < AROON_BARS:
        out[at : at + 3] = math.nan
        return
    top = i - AROON_BARS
    bottom = top
    for j in range(top + 1, i + 1):
        top = j if bars[j, HIGH] >= bars[top, HIGH] else top
        bottom = j if bars[j, LOW] <= bars[bottom, LOW] else bottom
    out[at] = 100.0 * (AROON_BARS - (i - top)) / AROON_BARS
    out[at + 1] = 100.0 * (AROON_BARS - (i - bottom)) / AROON_BARS
    out[at + 2] = out[at] - out[at + 1]


@leaf
def ultimate(bars: Bars, i: int) -> float:
    """Return the ultimate oscillator of 7, 14 and 28 bars, 0-100, or NaN."""
    if i < LONGEST:
        return math.nan
    pressure = 0.0
    spread = 0.0
    score = 0.0
    for ago in range(LONGEST):
        j = i - ago
        last = bars[j - 1, CLOSE]
        pressure += bars[j, CLOSE] - min(bars[j, LOW], last)
        spread += true_range(bars[j, HIGH], bars[j, LOW], last)
        if ago in (6, 13, 27):
            share = pressure / spread if spread > 0.0 else 0.5
            score += share * (4.0 if ago == 6 else 2.0 if ago == 13 else 1.0)
    return 100.0 * score / 7.0


@leaf
def change(bars: Bars, i: int, n_bars: int) -> float:
    """Return the change of the close over `n_bars` bars in USD, or NaN."""
    return float(bars[i, CLOSE] - bars[i - n_bars, CLOSE]) if i >= n_bars else math.nan
