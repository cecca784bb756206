"""Walk the indicators that remember: averages, MACD, RSI, ATR, trends and what the session traded.

`step` advances one symbol's state by one bar. Walking is calling it bar after bar, so a
stream that steps once a close and a re-walk from the anchor agree to the last bit.
"""

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.indicators.rules.accumulation import step_volumes
from pl.signals.indicators.rules.adaptive_average import step_kama
from pl.signals.indicators.rules.average_range import step_range
from pl.signals.indicators.rules.directional_movement import step_direction
from pl.signals.indicators.rules.keltner import step_range_10
from pl.signals.indicators.rules.macd import step_macd
from pl.signals.indicators.rules.parabolic_stop import step_sar
from pl.signals.indicators.rules.rsi import step_rsi
from pl.signals.indicators.rules.supertrend import step_supertrend
from pl.signals.indicators.rules.trix import step_trix
from pl.signals.indicators.smoothing import smooth, smooth_thrice
from pl.signals.indicators.state import EMA_20, EMA_50, EMA_200, LAST_CLOSE, N_BARS


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
    reach = true_range(bars[i, HIGH], bars[i, LOW], last)
    step_rsi(state, last, close, n)
    step_range(state, reach, n)
    step_range_10(state, reach, n)


@leaf
def step_averages(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance the averages by bar `i`, the `n`-th of the walk counted from 0."""
    close = bars[i, CLOSE]
    smooth_thrice(state, EMA_20, close, n, 20)
    state[EMA_50] = smooth(state[EMA_50], close, n, 50)
    state[EMA_200] = smooth(state[EMA_200], close, n, 200)
    step_trix(state, close, n)
    step_kama(state, bars, i, n)


@leaf
def step(state: Float64, bars: Bars, i: int) -> None:
    """Advance everything but the session by closed bar `i`."""
    n = int(state[N_BARS])
    close = bars[i, CLOSE]
    step_macd(state, close, n)
    step_wilder(state, bars, i, n)
    step_averages(state, bars, i, n)
    step_direction(state, bars, i, n)
    step_sar(state, bars, i, n)
    step_supertrend(state, bars, i, n)
    step_volumes(state, bars, i, n)
    state[LAST_CLOSE] = close
    state[N_BARS] = n + 1
