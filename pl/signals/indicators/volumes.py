"""Weigh prices by volume: on-balance volume, accumulation, money flow, unusual volume.

OBV             shares added on higher closes, taken off on lower ones, from the first bar of the
                walk with its volume on, so that only its changes mean something.  Granville 1963.
A/D, Chaikin    shares times where the close lies in the bar (-1 low, 1 high), added up from the
                walk's first bar; its EMA(3) less its EMA(10), from bar 10.        Chaikin.
CMF(20)         the same shares over all shares of 20 bars; NaN without volume.    Chaikin.
MFI(14)         100 times typical price x volume of the bars that rose over that of those that
                rose or fell, of 14 bars; NaN when none did.                       Quong 1989.
z-score(20)     volume less its mean of the 20 bars before, in their deviations.
relative(20)    volume over its mean of the 20 bars before, across sessions; `time_of_day` compares
                with the same time of the sessions before.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, VOLUME, Bars
from pl.signals.indicators.state import AD, AD_FAST, AD_SLOW, N_BARS, OBV

USUAL_BARS: Final = 20
FLOW_BARS: Final = 14
FAST: Final = 3
SLOW: Final = 10
SAME: Final = 1e-12
"""Typical prices this close to each other differ by the rounding of their sums alone."""


@leaf
def flow(bars: Bars, i: int) -> float:
    """Return the shares of a bar times where its close lies in it, from -1 (low) to 1 (high)."""
    high, low, close = bars[i, HIGH], bars[i, LOW], bars[i, CLOSE]
    if high <= low:
        return 0.0
    return float(((close - low) - (high - close)) / (high - low) * bars[i, VOLUME])


@leaf
def step_volumes(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance OBV, A/D and its averages by bar `i`, the `n`-th of the walk counted from 0."""
    if n == 0 or bars[i, CLOSE] > bars[i - 1, CLOSE]:
        state[OBV] += bars[i, VOLUME]
    elif bars[i, CLOSE] < bars[i - 1, CLOSE]:
        state[OBV] -= bars[i, VOLUME]
    state[AD] += flow(bars, i)
    if n == 0:
        state[AD_FAST] = state[AD]
        state[AD_SLOW] = state[AD]
        return
    state[AD_FAST] += (state[AD] - state[AD_FAST]) * (2.0 / (FAST + 1.0))
    state[AD_SLOW] += (state[AD] - state[AD_SLOW]) * (2.0 / (SLOW + 1.0))


@leaf
def chaikin(state: Float64) -> float:
    """Return the fast less the slow average of A/D, in shares, NaN before 10 bars."""
    if state[N_BARS] < SLOW:
        return math.nan
    return float(state[AD_FAST] - state[AD_SLOW])


@leaf
def cmf(bars: Bars, i: int) -> float:
    """Return Chaikin's money flow of 20 bars, -1 to 1, or NaN."""
    if i < USUAL_BARS - 1:
        return math.nan
    flows = 0.0
    shares = 0.0
    for j in range(i - USUAL_BARS + 1, i + 1):
        flows += flow(bars, j)
        shares += bars[j, VOLUME]
    return flows / shares if shares > 0.0 else math.nan


@leaf
def mfi(bars: Bars, i: int) -> float:
    """Return the money flow index of 14 bars, 0-100, or NaN."""
    if i < FLOW_BARS:
        return math.nan
    rising = 0.0
    moving = 0.0
    j = i - FLOW_BARS
    before = (bars[j, HIGH] + bars[j, LOW] + bars[j, CLOSE]) / 3.0
    for k in range(j + 1, i + 1):
        typical = (bars[k, HIGH] + bars[k, LOW] + bars[k, CLOSE]) / 3.0
        money = typical * bars[k, VOLUME]
        moved = typical - before
        rising += money if moved > SAME * typical else 0.0
        moving += money if abs(moved) > SAME * typical else 0.0
        before = typical
    return 100.0 * rising / moving if moving > 0.0 else math.nan


@leaf
def volume_z(bars: Bars, i: int, usual: float) -> float:
    """Return how many deviations the volume lies above its mean of the 20 bars before, or NaN."""
    if i < USUAL_BARS:
        return math.nan
    squares = 0.0
    for j in range(i - USUAL_BARS, i):
        squares += (bars[j, VOLUME] - usual) * (bars[j, VOLUME] - usual)
    deviation = math.sqrt(squares / USUAL_BARS)
    return float((bars[i, VOLUME] - usual) / deviation) if deviation > 0.0 else math.nan


@leaf
def relative_volume(bars: Bars, i: int, usual: float) -> float:
    """Return the volume of bar `i` over `usual`, the mean of the 20 bars before it, or NaN."""
    return float(bars[i, VOLUME] / usual) if usual > 0.0 else math.nan
