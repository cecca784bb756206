"""Tell how much of what a bar reaches is new ground, which way, and how steadily.

+DI and -DI are the new ground above and below the bar before over the true range, in percent, each
smoothed by Wilder over 14 bars; ADX the smoothed share of their sum by which they differ. A bar
without direction leaves the ADX as it is. Sums of 13 moves seed the smoothing, 14 values of the
directional index the ADX.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after
from pl.signals.indicators.state import (
    ADX,
    DOWN_MOVE,
    MINUS_DI,
    MOVE_RANGE,
    PLUS_DI,
    UP_MOVE,
)

ADX_14: Final = COLUMN["adx_14"]
PLUS_DI_14: Final = COLUMN["plus_di_14"]
MINUS_DI_14: Final = COLUMN["minus_di_14"]
PERIOD: Final = 14


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


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write ADX and both directional indicators."""
    out[ADX_14] = after(state, ADX, 2 * PERIOD)
    out[PLUS_DI_14] = after(state, PLUS_DI, PERIOD + 1)
    out[MINUS_DI_14] = after(state, MINUS_DI, PERIOD + 1)


PARAMETERS: Final = {"bars": PERIOD}
DIFFERS: Final = "published values seed their smoothing otherwise; alike after {} bars"
DIRECTIONAL_MOVEMENT: Final = IndicatorSet(
    columns=(
        Column(
            name="adx_14",
            warm_up=2 * PERIOD,
            unit="0 to 100",
            rule="smoothed difference of the two DI over their sum, in percent",
            parameters=PARAMETERS,
            talib=TaLib("ADX", {"timeperiod": PERIOD}),
            published=("adx", "adx"),
            differs=DIFFERS.format(350),
        ),
        Column(
            name="plus_di_14",
            warm_up=PERIOD + 1,
            unit="0 to 100",
            rule="smoothed new highs over the smoothed true range, in percent",
            parameters=PARAMETERS,
            talib=TaLib("PLUS_DI", {"timeperiod": PERIOD}),
            published=("adx", "pdi"),
            differs=DIFFERS.format(200),
        ),
        Column(
            name="minus_di_14",
            warm_up=PERIOD + 1,
            unit="0 to 100",
            rule="smoothed new lows over the smoothed true range, in percent",
            parameters=PARAMETERS,
            talib=TaLib("MINUS_DI", {"timeperiod": PERIOD}),
            published=("adx", "mdi"),
            differs=DIFFERS.format(200),
        ),
    ),
    source="Wilder 1978, ch. 4",
    write=write,
    home=__name__,
)
