"""Draw channels around the closes: how wide and how steep the market runs.

Bollinger(20, 2)   mean of 20 closes and two population deviations of theirs; %b is the place of
                   the close in it (0 lower, 1 upper), the width its height over the middle.
                                                                    Source : Bollinger 2001.
Keltner(20, 2, 10) EMA(20) and two ATR(10).                         Source : Raschke.
Donchian(20)       high and low of the 20 bars before, so that a bar can break out of it.
High, low (p)      of the last p bars, this one included.
Regression(20)     least squares through 20 closes: its end, slope a bar, and its end two
                   population deviations of the residuals away.
Ichimoku(9, 26, 52) middles of the high and low of 9 and 26 bars; the cloud above bar i was drawn
                   26 bars before: mean of those two middles, and the middle of 52 bars.
                                                                    Source : Hosoda 1968.
Volatility(20)     sample deviation of 20 log returns, in percent a bar.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest, mean

SHORT_RANGE: Final = 20
LONG_RANGE: Final = 50
REGRESSION_BARS: Final = 20
RETURNS: Final = 20
CONVERSION: Final = 9
STANDARD: Final = 26
SPAN: Final = 52
DEVIATIONS: Final = 2.0


@leaf
def sma(bars: Bars, i: int, period: int) -> float:
    """Return the simple moving average of the `period` closes up to bar `i`, or NaN."""
    if i < period - 1:
        return math.nan
    return mean(bars, CLOSE, i - period + 1, i)


@leaf
def deviation(bars: Bars, i: int, period: int) -> float:
    """Return the population standard deviation of the `period` closes up to bar `i`, or NaN.

    Two passes: the difference of squares of the one-pass formula loses the digits of an
    expensive, quiet stock.
    Source : Bollinger 2001, ch. 7 (population deviation).
    """
    return deviation_from(bars, i, period, sma(bars, i, period))


@leaf
def deviation_from(bars: Bars, i: int, period: int, centre: float) -> float:
    """Return the same, of closes whose mean is `centre`; NaN for NaN."""
    if i < period - 1:
        return math.nan
    total = 0.0
    for j in range(i - period + 1, i + 1):
        total += (bars[j, CLOSE] - centre) * (bars[j, CLOSE] - centre)
    return math.sqrt(total / period)


@leaf
def write_range(out: Float64, at: int, bars: Bars, first: int, last: int) -> None:
    """Write high and low of bars `first` to `last`, NaN when `first` is before all bars."""
    out[at] = highest(bars, HIGH, first, last) if first >= 0 else math.nan
    out[at + 1] = lowest(bars, LOW, first, last) if first >= 0 else math.nan


@leaf
def write_highs_and_lows(out: Float64, at: int, bars: Bars, i: int) -> None:
    """Write high and low of the 20 and of the 50 bars up to bar `i`, or NaN."""
    write_range(out, at, bars, i - SHORT_RANGE + 1, i)
    write_range(out, at + 2, bars, i - LONG_RANGE + 1, i - SHORT_RANGE)
    if i >= LONG_RANGE - 1:
        out[at + 2] = max(out[at], out[at + 2])
        out[at + 3] = min(out[at + 1], out[at + 3])


@leaf
def write_regression(out: Float64, at: int, bars: Bars, i: int, centre: float) -> None:
    """Write end, slope, upper and lower end of the regression channel, or NaN.

    centre : mean of the 20 closes.
    """
    first = i - REGRESSION_BARS + 1
    if first < 0:
        out[at : at + 4] = math.nan
        return
    half = 0.5 * (REGRESSION_BARS - 1.0)
    product = 0.0
    square = 0.0
    for k in range(REGRESSION_BARS):
        product += (k - half) * (bars[first + k, CLOSE] - centre)
        square += (k - half) * (k - half)
    slope = product / square
    residual = 0.0
    for k in range(REGRESSION_BARS):
        away = bars[first + k, CLOSE] - centre - slope * (k - half)
        residual += away * away
    width = DEVIATIONS * math.sqrt(residual / REGRESSION_BARS)
    end = centre + slope * half
    out[at] = end
    out[at + 1] = slope
    out[at + 2] = end + width
    out[at + 3] = end - width


@leaf
def middles(bars: Bars, i: int) -> tuple[float, float, float]:
    """Return the middles of high and low of the 9, 26 and 52 bars up to bar `i`, or NaN.

    Each window takes in the shorter one.
    """
    first = i - CONVERSION + 1
    if first < 0:
        return math.nan, math.nan, math.nan
    high, low = highest(bars, HIGH, first, i), lowest(bars, LOW, first, i)
    conversion = 0.5 * (high + low)
    first = i - STANDARD + 1
    if first < 0:
        return conversion, math.nan, math.nan
    high = max(high, highest(bars, HIGH, first, i - CONVERSION))
    low = min(low, lowest(bars, LOW, first, i - CONVERSION))
    standard = 0.5 * (high + low)
    first = i - SPAN + 1
    if first < 0:
        return conversion, standard, math.nan
    high = max(high, highest(bars, HIGH, first, i - STANDARD))
    low = min(low, lowest(bars, LOW, first, i - STANDARD))
    return conversion, standard, 0.5 * (high + low)


@leaf
def write_ichimoku(out: Float64, at: int, bars: Bars, i: int) -> None:
    """Write conversion, base and the two spans of the cloud at bar `i`, or NaN."""
    out[at], out[at + 1], _ = middles(bars, i)
    conversion, standard, span = middles(bars, i - STANDARD)
    out[at + 2] = 0.5 * (conversion + standard)
    out[at + 3] = span


@leaf
def volatility(bars: Bars, i: int) -> float:
    """Return the sample deviation of 20 log returns in percent, or NaN."""
    if i < RETURNS:
        return math.nan
    centre = math.log(bars[i, CLOSE] / bars[i - RETURNS, CLOSE]) / RETURNS
    total = 0.0
    for j in range(i - RETURNS + 1, i + 1):
        away = math.log(bars[j, CLOSE] / bars[j - 1, CLOSE]) - centre
        total += away * away
    return 100.0 * math.sqrt(total / (RETURNS - 1))
