"""Trail a stop that runs faster the longer a trend makes new ends: the parabolic stop (SAR).

It moves towards the end of the trend by a share that grows by 0.02 with each new end, to 0.2; at
a bar that touches it it turns round to the end reached, moved beyond the last two bars. It starts
long unless the second bar moves lower than it moves higher.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import HIGH, LOW, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after
from pl.signals.indicators.state import SAR, SAR_EXTREME, SAR_NEXT, SAR_SIDE, SAR_SPEED

PSAR: Final = COLUMN["psar"]
SPEED: Final = 0.02
TOP_SPEED: Final = 0.2


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


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the stop."""
    out[PSAR] = after(state, SAR, 2)


PARABOLIC_STOP: Final = IndicatorSet(
    columns=(
        Column(
            name="psar",
            warm_up=2,
            unit="USD",
            rule="stop that closes in on the end of a trend, by 2 to 20 % of the way a bar",
            parameters={"speed": SPEED, "top speed": TOP_SPEED},
            talib=TaLib("SAR", {"acceleration": SPEED, "maximum": TOP_SPEED}),
            differs="published values start in another direction, and at a reversal begin the stop "
            "without the reversing bar",
        ),
    ),
    source="Wilder 1978, ch. 2",
    write=write,
    home=__name__,
)
