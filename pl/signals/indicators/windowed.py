"""Compute the indicators that read a fixed window, summed afresh in bar order."""

import math
from typing import Final

from pl.kernel import kernel
from pl.signals.bars import CLOSE, VOLUME, Bars, mean

RELATIVE_VOLUME_BARS: Final = 20


@kernel
def sma(bars: Bars, i: int, period: int) -> float:
    """Return the simple moving average of the `period` closes up to bar `i`, or NaN."""
    if i < period - 1:
        return math.nan
    return mean(bars, CLOSE, i - period + 1, i)


@kernel
def deviation(bars: Bars, i: int, period: int) -> float:
    """Return the population standard deviation of the `period` closes up to bar `i`, or NaN.

    Two passes: the difference of squares of the one-pass formula loses the digits of an
    expensive, quiet stock.
    Source : Bollinger 2001, ch. 7 (population deviation).
    """
    if i < period - 1:
        return math.nan
    centre = mean(bars, CLOSE, i - period + 1, i)
    total = 0.0
    for j in range(i - period + 1, i + 1):
        total += (bars[j, CLOSE] - centre) * (bars[j, CLOSE] - centre)
    return math.sqrt(total / period)


@kernel
def relative_volume(bars: Bars, i: int) -> float:
    """Return the volume of bar `i` over the mean of the 20 bars before it, or NaN.

    The bars count across sessions; a mean of zero gives NaN. The volume of the same minute of
    earlier sessions is the better yardstick once weeks of history are at hand.
    """
    if i < RELATIVE_VOLUME_BARS:
        return math.nan
    usual = mean(bars, VOLUME, i - RELATIVE_VOLUME_BARS, i - 1)
    if usual <= 0.0:
        return math.nan
    return float(bars[i, VOLUME] / usual)
