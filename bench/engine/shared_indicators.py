"""Compute, with the kernels of the engine, the few indicators that every peer has."""

import time
from typing import Final

import numpy as np

from bench.peers.names import COMMON
from pl.kernel import kernel, leaf
from pl.market.batches import Float64
from pl.prefetch import prefetch
from pl.signals.bars import CLOSE, HIGH, LOW, N_COLUMNS, Bars
from pl.signals.indicators.recursive import step_wilder
from pl.signals.indicators.rules.bollinger import deviation_20
from pl.signals.indicators.rules.macd import FAST, SLOW
from pl.signals.indicators.rules.price_range import write_range
from pl.signals.indicators.rules.rsi import PERIOD as WILDER
from pl.signals.indicators.rules.rsi import rsi
from pl.signals.indicators.rules.simple_average import total_20, total_50
from pl.signals.indicators.rules.weighted_average import wma
from pl.signals.indicators.smoothing import after, smooth
from pl.signals.indicators.state import (
    EMA_FAST,
    EMA_SLOW,
    LAST_CLOSE,
    N_BARS,
    RANGE,
    STATE_SIZE,
)

LINE: Final = 8
READ_EDGE: Final = 24
READ_CLOSES: Final = 56
"""How many of the newest highs and lows, and how many closes, are read."""
AHEAD: Final = 2
"""Rows: a row is fetched while the one so many before it is computed."""


@leaf
def step(state: Float64, bars: Bars, i: int) -> None:
    """Advance what is recursive by bar `i`, as `recursive.step` does."""
    n = int(state[N_BARS])
    close = bars[i, CLOSE]
    state[EMA_FAST] = smooth(state[EMA_FAST], close, n, FAST)
    state[EMA_SLOW] = smooth(state[EMA_SLOW], close, n, SLOW)
    step_wilder(state, bars, i, n)
    state[LAST_CLOSE] = close
    state[N_BARS] = n + 1


@leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write the indicators of bar `i` in the order of COMMON, NaN during a warm-up."""
    newest = total_20(bars, i)
    middle = newest / 20.0
    spread = 2.0 * deviation_20(bars, i, middle)
    out[0] = middle
    out[1] = total_50(bars, i, newest) / 50.0
    out[2] = after(state, EMA_FAST, FAST)
    out[3] = after(state, EMA_SLOW, SLOW)
    out[4] = rsi(state)
    out[5] = out[2] - out[3]
    out[6] = after(state, RANGE, WILDER + 1)
    out[7] = middle + spread
    out[8] = middle - spread
    out[9] = wma(bars, i, 20)
    write_range(out, 10, bars, i - 19, i)


@leaf
def fetch(held: Float64, state: Float64, row: int, i: int) -> None:
    """Fetch what the next bar of a row reads."""
    n_bars = held.shape[0]
    newest = row * N_COLUMNS * n_bars + i
    for ago in range(0, READ_EDGE, LINE):
        prefetch(held, newest + HIGH * n_bars - ago)
        prefetch(held, newest + LOW * n_bars - ago)
    for ago in range(0, READ_CLOSES, LINE):
        prefetch(held, newest + CLOSE * n_bars - ago)
    prefetch(state, row * STATE_SIZE)
    prefetch(state, row * STATE_SIZE + LINE)


@kernel
def close_all(held: Float64, state: Float64, prices: Float64, i: int, out: Float64) -> None:
    """Append bar `i` of every symbol and compute its indicators.

    held : (n_bars, 6, S) float64 in Fortran order; state : (S, STATE_SIZE); prices : (5, S) the
    bar as it comes, of which high, low and close are taken, as the peers take them; out : (S, N)
    float64.
    """
    n_rows = held.shape[2]
    for row in range(n_rows):
        fetch(held, state, min(row + AHEAD, n_rows - 1), i)
        bars = held[..., row]
        bars[i, HIGH] = prices[HIGH, row]
        bars[i, LOW] = prices[LOW, row]
        bars[i, CLOSE] = prices[CLOSE, row]
        step(state[row], bars, i)
        write(out[row], state[row], bars, i)


def take_all(bars: Float64) -> tuple[Float64, float]:
    """Return the indicators after the last bar and the processor seconds that all bars took.

    bars : (n_bars, 5, S) float64, bar after bar of all symbols.
    """
    n_bars, _, n_symbols = bars.shape
    held = np.empty((n_symbols, N_COLUMNS, n_bars), np.float64).T
    state = np.empty((n_symbols, STATE_SIZE), np.float64)
    out = np.empty((n_symbols, len(COMMON)), np.float64)
    held[:], state[:] = 0.0, 0.0  # touched before it is timed, as a running engine's is
    begin = time.thread_time()
    for i in range(n_bars):
        close_all(held, state, bars[i], i, out)
    return out, time.thread_time() - begin
