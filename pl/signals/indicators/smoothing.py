"""Smooth a series bar by bar: the two recursive averages that the indicators are made of."""

import math

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.indicators.state import N_BARS


@leaf
def smooth(value: float, sample: float, n_before: int, period: int) -> float:
    """Return the next exponential average; a plain mean of the first `period` samples seeds it.

    While seeding (`n_before` < `period` - 1) the returned value is the running sum.
    Source : TA-Lib, EMA with its classic seed.
    """
    if n_before >= period:
        return value + (sample - value) * (2.0 / (period + 1.0))
    if n_before == period - 1:
        return (value + sample) / period
    return value + sample


@leaf
def smooth_thrice(state: Float64, slot: int, close: float, n: int, period: int) -> None:
    """Advance an EMA, the EMA of it and the EMA of that, which stand in three slots on end."""
    state[slot] = smooth(state[slot], close, n, period)
    if n >= period - 1:
        state[slot + 1] = smooth(state[slot + 1], state[slot], n - period + 1, period)
    if n >= 2 * period - 2:
        state[slot + 2] = smooth(state[slot + 2], state[slot + 1], n - 2 * period + 2, period)


@leaf
def smooth_wilder(value: float, sample: float, n_before: int, period: int) -> float:
    """Return the next average of Wilder; a plain mean of the first `period` samples seeds it.

    Source : Wilder 1978, ch. 3 and 6.
    """
    if n_before >= period:
        return (value * (period - 1) + sample) / period
    if n_before == period - 1:
        return (value + sample) / period
    return value + sample


@leaf
def after(state: Float64, slot: int, n_bars: int) -> float:
    """Return an average of the state once `n_bars` bars were seen, NaN before."""
    if state[N_BARS] < n_bars:
        return math.nan
    return float(state[slot])
