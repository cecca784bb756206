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

from pl.kernel import inner_leaf, leaf
from pl.lanes import load, load_from, newest, ramp, spread, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest, total_of
from pl.signals.indicators.state import N_BARS, RETURNS, RETURNS_PAST

SHORT_RANGE: Final = 20
LONG_RANGE: Final = 50
REGRESSION_BARS: Final = 20
SQUARES: Final = sum((k - 9.5) ** 2 for k in range(REGRESSION_BARS))
CONVERSION: Final = 9
STANDARD: Final = 26
SPAN: Final = 52
DEVIATIONS: Final = 2.0


@inner_leaf
def total_20(bars: Bars, i: int) -> float:
    """Return the sum of the 20 closes up to bar `i`, or NaN."""
    return total_of(bars, CLOSE, i - 19, i) if i >= 19 else math.nan


@inner_leaf
def total_50(bars: Bars, i: int, newest_20: float) -> float:
    """Return the sum of the 50 closes up to bar `i`, of which the newest 20 are summed, or NaN."""
    return newest_20 + total_of(bars, CLOSE, i - 49, i - 20) if i >= 49 else math.nan


@inner_leaf
def total_200(bars: Bars, i: int, newest_50: float) -> float:
    """Return the sum of the 200 closes up to bar `i`, of which the newest 50 are summed, or NaN."""
    return newest_50 + total_of(bars, CLOSE, i - 199, i - 50) if i >= 199 else math.nan


@leaf
def sma_20(bars: Bars, i: int) -> float:
    """Return the mean of the 20 closes up to bar `i`, or NaN."""
    return total_20(bars, i) / 20.0


@leaf
def sma_50(bars: Bars, i: int) -> float:
    """Return the mean of the 50 closes up to bar `i`, or NaN."""
    return total_50(bars, i, total_20(bars, i)) / 50.0


@leaf
def sma_200(bars: Bars, i: int) -> float:
    """Return the mean of the 200 closes up to bar `i`, or NaN."""
    return total_200(bars, i, total_50(bars, i, total_20(bars, i))) / 200.0


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
    if i < 19:
        return math.nan
    return math.sqrt(squares_around(bars, CLOSE, i - 19, centre) / 20.0)


@inner_leaf
def write_range(out: Float64, at: int, bars: Bars, first: int, last: int) -> None:
    """Write high and low of bars `first` to `last`, NaN when `first` is before all bars."""
    out[at] = highest(bars, HIGH, first, last) if first >= 0 else math.nan
    out[at + 1] = lowest(bars, LOW, first, last) if first >= 0 else math.nan


@leaf
def write_highs_and_lows(out: Float64, at: int, bars: Bars, i: int) -> None:
    """Write high and low of the 20 and of the 50 bars up to bar `i`, or NaN."""
    write_range(out, at, bars, i - SHORT_RANGE + 1, i)
    write_range(out, at + 2, bars, i - LONG_RANGE + 1, i)


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
    middle = spread(centre)
    x, y, z = ramp(-half), ramp(8.0 - half), ramp(12.0 - half)
    a = load(bars, first, CLOSE) - middle
    b = load(bars, first + 8, CLOSE) - middle
    c = load(bars, first + 12, CLOSE) - middle
    slope = total(x * a + y * b + newest(z * c, 4)) / SQUARES
    steep = spread(slope)
    a, b, c = a - steep * x, b - steep * y, newest(c - steep * z, 4)
    residual = total(a * a + b * b + c * c)
    width = DEVIATIONS * math.sqrt(residual / REGRESSION_BARS)
    end = centre + slope * half
    out[at] = end
    out[at + 1] = slope
    out[at + 2] = end + width
    out[at + 3] = end - width


@inner_leaf
def middle(bars: Bars, i: int, n_bars: int) -> float:
    """Return the middle of the high and low of the `n_bars` bars up to bar `i`, or NaN."""
    first = i - n_bars + 1
    if first < 0:
        return math.nan
    return 0.5 * (highest(bars, HIGH, first, i) + lowest(bars, LOW, first, i))


@leaf
def write_ichimoku(out: Float64, at: int, bars: Bars, i: int) -> None:
    """Write conversion, base and the two spans of the cloud at bar `i`, or NaN."""
    drawn = i - STANDARD
    out[at] = middle(bars, i, CONVERSION)
    out[at + 1] = middle(bars, i, STANDARD)
    out[at + 2] = 0.5 * (middle(bars, drawn, CONVERSION) + middle(bars, drawn, STANDARD))
    out[at + 3] = middle(bars, drawn, SPAN)


@leaf
def volatility(state: Float64, bars: Bars, i: int) -> float:
    """Return the sample deviation of 20 log returns in percent, or NaN.

    state : that keeps them, see `kept`.
    """
    if i < RETURNS:
        return math.nan
    first = RETURNS_PAST + int(state[N_BARS] - 1) % RETURNS + 1
    middle = spread(math.log(bars[i, CLOSE] / bars[i - RETURNS, CLOSE]) / RETURNS)
    a = load_from(state, first) - middle
    b = load_from(state, first + 8) - middle
    c = newest(load_from(state, first + 12) - middle, 4)
    return 100.0 * math.sqrt(total(a * a + b * b + c * c) / (RETURNS - 1))
