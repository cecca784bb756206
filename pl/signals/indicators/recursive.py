"""Walk the indicators that remember: averages, MACD, RSI, ATR, trends and what the session traded.

`step` advances one symbol's state by one bar. Walking is calling it bar after bar, so a
stream that steps once a close and a re-walk from the anchor agree to the last bit.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.indicators.averages import step_averages
from pl.signals.indicators.smoothing import smooth, smooth_wilder
from pl.signals.indicators.state import (
    EMA_FAST,
    EMA_SLOW,
    GAIN,
    LAST_CLOSE,
    LOSS,
    MACD_SIGNAL,
    N_BARS,
    RANGE,
    RANGE_10,
)
from pl.signals.indicators.trends import step_direction, step_sar, step_supertrend
from pl.signals.indicators.volumes import step_volumes

FAST: Final = 12
SLOW: Final = 26
SIGNAL: Final = 9
WILDER: Final = 14
CHANNEL: Final = 10


@leaf
def clear(state: Float64) -> None:
    """Forget every bar; `state` has shape (STATE_SIZE,)."""
    state[:] = 0.0


@leaf
def step_wilder(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance gains, losses and true ranges by bar `i`, the `n`-th of the walk counted from 0."""
    if n == 0:
        return
    last, close = state[LAST_CLOSE], bars[i, CLOSE]
    spread = true_range(bars[i, HIGH], bars[i, LOW], last)
    state[GAIN] = smooth_wilder(state[GAIN], max(close - last, 0.0), n - 1, WILDER)
    state[LOSS] = smooth_wilder(state[LOSS], max(last - close, 0.0), n - 1, WILDER)
    state[RANGE] = smooth_wilder(state[RANGE], spread, n - 1, WILDER)
    state[RANGE_10] = smooth_wilder(state[RANGE_10], spread, n - 1, CHANNEL)


@leaf
def step(state: Float64, bars: Bars, i: int) -> None:
    """Advance everything but the session by closed bar `i`."""
    n = int(state[N_BARS])
    close = bars[i, CLOSE]
    state[EMA_FAST] = smooth(state[EMA_FAST], close, n, FAST)
    state[EMA_SLOW] = smooth(state[EMA_SLOW], close, n, SLOW)
    if n >= SLOW - 1:
        macd = state[EMA_FAST] - state[EMA_SLOW]
        state[MACD_SIGNAL] = smooth(state[MACD_SIGNAL], macd, n - SLOW + 1, SIGNAL)
    step_wilder(state, bars, i, n)
    step_averages(state, bars, i, n)
    step_direction(state, bars, i, n)
    step_sar(state, bars, i, n)
    step_supertrend(state, bars, i, n)
    step_volumes(state, bars, i, n)
    state[LAST_CLOSE] = close
    state[N_BARS] = n + 1


@leaf
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
