"""Walk the indicators that remember: EMA, MACD, RSI, ATR and the session's VWAP.

`step` advances one symbol's state by one bar. Walking is calling it bar after bar, so a
stream that steps once a close and a re-walk from the anchor agree to the last bit.
"""

import math
from typing import Final

from pl.kernel import kernel
from pl.market.batches import Float64
from pl.signals.bars import true_range

FAST: Final = 12
SLOW: Final = 26
SIGNAL: Final = 9
WILDER: Final = 14

N_BARS: Final = 0
LAST_CLOSE: Final = 1
EMA_FAST: Final = 2
EMA_SLOW: Final = 3
MACD_SIGNAL: Final = 4
GAIN: Final = 5
LOSS: Final = 6
RANGE: Final = 7
TRADED_USD: Final = 8
TRADED_SHARES: Final = 9
STATE_SIZE: Final = 10


@kernel
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


@kernel
def smooth_wilder(value: float, sample: float, n_before: int, period: int) -> float:
    """Return the next average of Wilder; a plain mean of the first `period` samples seeds it.

    Source : Wilder 1978, ch. 3 and 6.
    """
    if n_before >= period:
        return (value * (period - 1) + sample) / period
    if n_before == period - 1:
        return (value + sample) / period
    return value + sample


@kernel
def clear(state: Float64) -> None:
    """Forget every bar; `state` has shape (STATE_SIZE,)."""
    state[:] = 0.0


@kernel
def step(state: Float64, high: float, low: float, close: float) -> None:
    """Advance the averages by one closed bar."""
    n = int(state[N_BARS])
    state[EMA_FAST] = smooth(state[EMA_FAST], close, n, FAST)
    state[EMA_SLOW] = smooth(state[EMA_SLOW], close, n, SLOW)
    if n >= SLOW - 1:
        macd = state[EMA_FAST] - state[EMA_SLOW]
        state[MACD_SIGNAL] = smooth(state[MACD_SIGNAL], macd, n - SLOW + 1, SIGNAL)
    if n > 0:
        last = state[LAST_CLOSE]
        state[GAIN] = smooth_wilder(state[GAIN], max(close - last, 0.0), n - 1, WILDER)
        state[LOSS] = smooth_wilder(state[LOSS], max(last - close, 0.0), n - 1, WILDER)
        state[RANGE] = smooth_wilder(state[RANGE], true_range(high, low, last), n - 1, WILDER)
    state[LAST_CLOSE] = close
    state[N_BARS] = n + 1


@kernel
def step_session(state: Float64, price: float, volume: float) -> None:
    """Add a bar of the running session to its volume-weighted price."""
    state[TRADED_USD] += price * volume
    state[TRADED_SHARES] += volume


@kernel
def rsi(state: Float64) -> float:
    """Return the relative strength index 0-100, 50 when nothing moved, NaN before 15 bars.

    Source : Wilder 1978, ch. 6. TA-Lib says 0 when nothing moved, which reads as oversold.
    """
    if state[N_BARS] <= WILDER:
        return math.nan
    moved = state[GAIN] + state[LOSS]
    if moved <= 0.0:
        return 50.0
    return float(100.0 * state[GAIN] / moved)


@kernel
def after(state: Float64, slot: int, n_bars: int) -> float:
    """Return an average of the state once `n_bars` bars were seen, NaN before."""
    if state[N_BARS] < n_bars:
        return math.nan
    return float(state[slot])


@kernel
def vwap(state: Float64) -> float:
    """Return the session's volume-weighted price, NaN before its first share."""
    if state[TRADED_SHARES] <= 0.0:
        return math.nan
    return float(state[TRADED_USD] / state[TRADED_SHARES])
