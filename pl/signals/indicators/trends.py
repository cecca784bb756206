"""Follow a trend with walked rules: directional movement, parabolic stop, SuperTrend.

ADX, DI (14)         from bar 28 and 15. Sums of 13 moves seed Wilder's smoothing, 14 values of
                     the directional index the ADX, as in TA-Lib.  Source : Wilder 1978, ch. 4.
PSAR (0.02, 0.2)     from bar 2, starting long unless the second bar moves lower than it moves
                     higher, as in TA-Lib.                         Source : Wilder 1978, ch. 2.
SuperTrend (10, 3)   the middle of the bar three ATR(10) away, never giving way while it holds;
                     from bar 11.                                  Source : Seban 2009.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.indicators.state import (
    ADX,
    DOWN_MOVE,
    MINUS_DI,
    MOVE_RANGE,
    N_BARS,
    PLUS_DI,
    RANGE_10,
    SAR,
    SAR_EXTREME,
    SAR_NEXT,
    SAR_SIDE,
    SAR_SPEED,
    TREND_LOWER,
    TREND_SIDE,
    TREND_UPPER,
    UP_MOVE,
)

PERIOD: Final = 14
SPEED: Final = 0.02
TOP_SPEED: Final = 0.2
TREND_PERIOD: Final = 10
TREND_RANGES: Final = 3.0


@leaf
def total(value: float, sample: float, n: int) -> float:
    """Return Wilder's running sum after bar `n` of the walk: plain until bar 13, then decaying."""
    return value + sample if n < PERIOD else value - value / PERIOD + sample


@leaf
def step_direction(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance the directional movement by bar `i`, the `n`-th of the walk counted from 0."""
    if n == 0:
        return
    up = bars[i, HIGH] - bars[i - 1, HIGH]
    down = bars[i - 1, LOW] - bars[i, LOW]
    spread = true_range(bars[i, HIGH], bars[i, LOW], bars[i - 1, CLOSE])
    state[UP_MOVE] = total(state[UP_MOVE], up if up > 0.0 and up > down else 0.0, n)
    state[DOWN_MOVE] = total(state[DOWN_MOVE], down if down > 0.0 and down > up else 0.0, n)
    state[MOVE_RANGE] = total(state[MOVE_RANGE], spread, n)
    if n < PERIOD:
        return
    is_moving = state[MOVE_RANGE] > 0.0
    state[PLUS_DI] = 100.0 * state[UP_MOVE] / state[MOVE_RANGE] if is_moving else 0.0
    state[MINUS_DI] = 100.0 * state[DOWN_MOVE] / state[MOVE_RANGE] if is_moving else 0.0
    step_adx(state, n)


@leaf
def step_adx(state: Float64, n: int) -> None:
    """Advance the ADX; a bar without direction leaves it as it is."""
    both = state[PLUS_DI] + state[MINUS_DI]
    index = 100.0 * abs(state[PLUS_DI] - state[MINUS_DI]) / both if both > 0.0 else math.nan
    if n < 2 * PERIOD:
        state[ADX] += index if both > 0.0 else 0.0
        if n == 2 * PERIOD - 1:
            state[ADX] /= PERIOD
    elif both > 0.0:
        state[ADX] = (state[ADX] * (PERIOD - 1) + index) / PERIOD


@leaf
def start_sar(state: Float64, bars: Bars, i: int) -> None:
    """Set the parabolic stop up on the second bar of a walk."""
    down = bars[i - 1, LOW] - bars[i, LOW]
    up = bars[i, HIGH] - bars[i - 1, HIGH]
    side = -1.0 if down > 0.0 and down > up else 1.0
    state[SAR_SIDE] = side
    state[SAR_EXTREME] = bars[i, HIGH] if side > 0.0 else bars[i, LOW]
    state[SAR_NEXT] = bars[i - 1, LOW] if side > 0.0 else bars[i - 1, HIGH]
    state[SAR_SPEED] = SPEED


@leaf
def behind(stop: float, bars: Bars, i: int, before: int, side: float) -> float:
    """Return the stop moved behind the lows (long, side 1) or highs of two bars."""
    if side > 0.0:
        return float(min(stop, bars[before, LOW], bars[i, LOW]))
    return float(max(stop, bars[before, HIGH], bars[i, HIGH]))


@leaf
def step_sar(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance the parabolic stop by bar `i`, the `n`-th of the walk counted from 0."""
    if n == 0:
        return
    if n == 1:
        start_sar(state, bars, i)
    before = i if n == 1 else i - 1
    side = state[SAR_SIDE]
    ahead, against = (HIGH, LOW) if side > 0.0 else (LOW, HIGH)
    if bars[i, against] * side <= state[SAR_NEXT] * side:
        side = -side
        state[SAR] = behind(state[SAR_EXTREME], bars, i, before, side)
        state[SAR_SIDE] = side
        state[SAR_SPEED] = SPEED
        state[SAR_EXTREME] = bars[i, against]
    else:
        state[SAR] = state[SAR_NEXT]
        if bars[i, ahead] * side > state[SAR_EXTREME] * side:
            state[SAR_EXTREME] = bars[i, ahead]
            state[SAR_SPEED] = min(state[SAR_SPEED] + SPEED, TOP_SPEED)
    stop = state[SAR] + state[SAR_SPEED] * (state[SAR_EXTREME] - state[SAR])
    state[SAR_NEXT] = behind(stop, bars, i, before, side)


@leaf
def step_supertrend(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance the SuperTrend by bar `i`; its ATR stands in the state already."""
    if n < TREND_PERIOD:
        return
    middle = 0.5 * (bars[i, HIGH] + bars[i, LOW])
    upper = middle + TREND_RANGES * state[RANGE_10]
    lower = middle - TREND_RANGES * state[RANGE_10]
    last = bars[i - 1, CLOSE]
    if n == TREND_PERIOD:
        state[TREND_SIDE] = 1.0 if bars[i, CLOSE] >= middle else -1.0
        state[TREND_UPPER] = upper
        state[TREND_LOWER] = lower
    if upper < state[TREND_UPPER] or last > state[TREND_UPPER]:
        state[TREND_UPPER] = upper
    if lower > state[TREND_LOWER] or last < state[TREND_LOWER]:
        state[TREND_LOWER] = lower
    edge = state[TREND_LOWER] if state[TREND_SIDE] > 0.0 else state[TREND_UPPER]
    state[TREND_SIDE] = -1.0 if bars[i, CLOSE] <= edge else 1.0


@leaf
def supertrend(state: Float64) -> float:
    """Return the band that holds the trend, in USD, NaN before 11 bars."""
    if state[N_BARS] <= TREND_PERIOD:
        return math.nan
    return float(state[TREND_LOWER] if state[TREND_SIDE] > 0.0 else state[TREND_UPPER])
