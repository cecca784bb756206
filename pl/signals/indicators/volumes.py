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

from pl.kernel import inner_leaf, leaf
from pl.lanes import Lanes, load, newest, size, spread, total, where_above
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, VOLUME, Bars, total_of
from pl.signals.indicators.channels import squares_around
from pl.signals.indicators.oscillators import thrice_typical
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


@inner_leaf
def flows(bars: Bars, first: int) -> Lanes:
    """Return the same of eight bars."""
    high, low, close = load(bars, first, HIGH), load(bars, first, LOW), load(bars, first, CLOSE)
    place = ((close - low) - (high - close)) / (high - low)
    return where_above(high, low, place * load(bars, first, VOLUME))


@leaf
def cmf(bars: Bars, i: int) -> float:
    """Return Chaikin's money flow of 20 bars, -1 to 1, or NaN."""
    first = i - USUAL_BARS + 1
    if first < 0:
        return math.nan
    shares = total_of(bars, VOLUME, first, i)
    flowed = flows(bars, first) + flows(bars, first + 8) + newest(flows(bars, first + 12), 4)
    return total(flowed) / shares if shares > 0.0 else math.nan


@inner_leaf
def moves(bars: Bars, first: int) -> tuple[Lanes, Lanes]:
    """Return the money of eight bars, of those whose typical price rose and of those it moved.

    Three times as much as was traded: the factor cancels out.
    """
    typical = thrice_typical(bars, first)
    moved = typical - thrice_typical(bars, first - 1)
    noise, money = spread(SAME) * typical, typical * load(bars, first, VOLUME)
    return where_above(moved, noise, money), where_above(size(moved), noise, money)


@leaf
def mfi(bars: Bars, i: int) -> float:
    """Return the money flow index of 14 bars, 0-100, or NaN."""
    if i < FLOW_BARS:
        return math.nan
    rose, moved = moves(bars, i - FLOW_BARS + 1)
    rose_later, moved_later = moves(bars, i - 7)
    rising = total(rose + newest(rose_later, FLOW_BARS - 8))
    moving = total(moved + newest(moved_later, FLOW_BARS - 8))
    return 100.0 * rising / moving if moving > 0.0 else math.nan


@leaf
def volume_z(bars: Bars, i: int, usual: float) -> float:
    """Return how many deviations the volume lies above its mean of the 20 bars before, or NaN."""
    if i < USUAL_BARS:
        return math.nan
    squares = squares_around(bars, VOLUME, i - USUAL_BARS, usual)
    deviation = math.sqrt(squares / USUAL_BARS)
    return float((bars[i, VOLUME] - usual) / deviation) if deviation > 0.0 else math.nan


@leaf
def relative_volume(bars: Bars, i: int, usual: float) -> float:
    """Return the volume of bar `i` over `usual`, the mean of the 20 bars before it, or NaN."""
    return float(bars[i, VOLUME] / usual) if usual > 0.0 else math.nan
