"""Average closes: exponential once to thrice and adaptive (walked), weighted and Hull (windowed).

EMA(p)   first value at bar p, the plain mean of the first p closes.
DEMA(20) 2 EMA - EMA of EMA, from bar 39.            Source : Mulloy 1994.
TEMA(20) 3 EMA - 3 EMA of EMA + EMA of that, from bar 58.   Source : Mulloy 1994.
TRIX(15) change in percent of an EMA smoothed thrice, from bar 44.   Source : Hutson 1983.
KAMA(10) speed between EMA(2) and EMA(30) by how straight the last 10 bars went, from bar 11;
         seeded with the close before.               Source : Kaufman 1995.
WMA(p)   weights 1 to p, the newest close the heaviest.
HMA(20)  WMA(4) of 2 WMA(10) - WMA(20), from bar 23. Source : Hull 2005.
"""

import math
from typing import Final

import numpy as np

from pl.kernel import inner_leaf, leaf
from pl.lanes import N_LANES, load, load_from, newest, ramp, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.smoothing import smooth
from pl.signals.indicators.state import (
    EMA_20,
    EMA_20_THRICE,
    EMA_20_TWICE,
    EMA_50,
    EMA_200,
    KAMA,
    N_BARS,
    TRIX_BEFORE,
    TRIX_ONCE,
    TRIX_THRICE,
)

DEMA_BARS: Final = 39
TEMA_BARS: Final = 58
TRIX_PERIOD: Final = 15
KAMA_PERIOD: Final = 10
FASTEST: Final = 2.0 / 3.0
SLOWEST: Final = 2.0 / 31.0
HULL_PERIOD: Final = 20
HULL_HALF: Final = 10
HULL_ROOT: Final = 4
HULL_BARS: Final = HULL_PERIOD + HULL_ROOT - 1


def _weights(period: int) -> Float64:
    return np.arange(1.0, period + 1.0) / (0.5 * period * (period + 1.0))


def _hull_weights() -> Float64:
    """Return by how much each of the 23 closes counts, oldest first."""
    each = np.zeros(HULL_PERIOD)
    each -= _weights(HULL_PERIOD)
    each[-HULL_HALF:] += 2.0 * _weights(HULL_HALF)
    return np.convolve(each, _weights(HULL_ROOT))


HULL_WEIGHTS: Final = _hull_weights()


@leaf
def smooth_thrice(state: Float64, slot: int, close: float, n: int, period: int) -> None:
    """Advance an EMA, the EMA of it and the EMA of that, which stand in three slots on end."""
    state[slot] = smooth(state[slot], close, n, period)
    if n >= period - 1:
        state[slot + 1] = smooth(state[slot + 1], state[slot], n - period + 1, period)
    if n >= 2 * period - 2:
        state[slot + 2] = smooth(state[slot + 2], state[slot + 1], n - 2 * period + 2, period)


@leaf
def step_kama(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance Kaufman's average by bar `i`, the `n`-th of the walk counted from 0."""
    if n < KAMA_PERIOD:
        state[KAMA] = bars[i, CLOSE]
        return
    travelled = 0.0
    for j in range(i - KAMA_PERIOD + 1, i + 1):
        travelled += abs(bars[j, CLOSE] - bars[j - 1, CLOSE])
    gained = bars[i, CLOSE] - bars[i - KAMA_PERIOD, CLOSE]
    straight = 1.0 if travelled <= 0.0 else min(abs(gained) / travelled, 1.0)
    speed = straight * (FASTEST - SLOWEST) + SLOWEST
    state[KAMA] += speed * speed * (bars[i, CLOSE] - state[KAMA])


@leaf
def step_averages(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance the averages by bar `i`, the `n`-th of the walk counted from 0."""
    close = bars[i, CLOSE]
    smooth_thrice(state, EMA_20, close, n, 20)
    state[EMA_50] = smooth(state[EMA_50], close, n, 50)
    state[EMA_200] = smooth(state[EMA_200], close, n, 200)
    state[TRIX_BEFORE] = state[TRIX_THRICE]
    smooth_thrice(state, TRIX_ONCE, close, n, TRIX_PERIOD)
    step_kama(state, bars, i, n)


@leaf
def dema(state: Float64) -> float:
    """Return the double exponential average of 20 bars, NaN before 39."""
    if state[N_BARS] < DEMA_BARS:
        return math.nan
    return float(2.0 * state[EMA_20] - state[EMA_20_TWICE])


@leaf
def tema(state: Float64) -> float:
    """Return the triple exponential average of 20 bars, NaN before 58."""
    if state[N_BARS] < TEMA_BARS:
        return math.nan
    return float(3.0 * state[EMA_20] - 3.0 * state[EMA_20_TWICE] + state[EMA_20_THRICE])


@leaf
def trix(state: Float64) -> float:
    """Return the change of the triply smoothed close in percent, NaN before 44 bars."""
    if state[N_BARS] < 3 * TRIX_PERIOD - 1:
        return math.nan
    return float(100.0 * (state[TRIX_THRICE] / state[TRIX_BEFORE] - 1.0))


@inner_leaf
def wma(bars: Bars, i: int, period: int) -> float:
    """Return the weighted mean of the `period` closes, eight or more, up to bar `i`, or NaN."""
    first = i - period + 1
    if first < 0:
        return math.nan
    lanes = ramp(1.0) * load(bars, first, CLOSE)
    for k in range(N_LANES, period - N_LANES + 1, N_LANES):
        lanes += ramp(k + 1.0) * load(bars, first + k, CLOSE)
    if period % N_LANES:
        rest = ramp(period - N_LANES + 1.0) * load(bars, i - N_LANES + 1, CLOSE)
        lanes += newest(rest, period % N_LANES)
    return total(lanes) / (0.5 * period * (period + 1.0))


@leaf
def hma(bars: Bars, i: int) -> float:
    """Return Hull's average of 20 bars, or NaN: one sum of 23 closes with fixed weights."""
    first = i - HULL_BARS + 1
    if first < 0:
        return math.nan
    a = load_from(HULL_WEIGHTS, 0) * load(bars, first, CLOSE)
    b = load_from(HULL_WEIGHTS, 8) * load(bars, first + 8, CLOSE)
    c = load_from(HULL_WEIGHTS, 15) * load(bars, first + 15, CLOSE)
    return total(a + b + newest(c, 7))
