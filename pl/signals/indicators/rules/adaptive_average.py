"""Average closes at a speed that follows how straight they went: Kaufman's average.

Its speed lies between those of an EMA of 2 and of one of 30 bars, by how much of the way of the
last 10 bars was gained (all of it when nothing moved), and counts squared. The close before is its
seed.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after
from pl.signals.indicators.state import KAMA

KAMA_10: Final = COLUMN["kama_10"]
PERIOD: Final = 10
FASTEST: Final = 2.0 / 3.0
SLOWEST: Final = 2.0 / 31.0


@leaf
def step_kama(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance Kaufman's average by bar `i`, the `n`-th of the walk counted from 0."""
    if n < PERIOD:
        state[KAMA] = bars[i, CLOSE]
        return
    travelled = 0.0
    for j in range(i - PERIOD + 1, i + 1):
        travelled += abs(bars[j, CLOSE] - bars[j - 1, CLOSE])
    gained = bars[i, CLOSE] - bars[i - PERIOD, CLOSE]
    straight = 1.0 if travelled <= 0.0 else min(abs(gained) / travelled, 1.0)
    speed = straight * (FASTEST - SLOWEST) + SLOWEST
    state[KAMA] += speed * speed * (bars[i, CLOSE] - state[KAMA])


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write Kaufman's average."""
    out[KAMA_10] = after(state, KAMA, PERIOD + 1)


ADAPTIVE_AVERAGE: Final = IndicatorSet(
    columns=(
        Column(
            name="kama_10",
            warm_up=PERIOD + 1,
            unit="USD",
            rule="average between EMA(2) and EMA(30), by how straight 10 bars went",
            parameters={"bars": PERIOD, "fastest": FASTEST, "slowest": SLOWEST},
            talib=TaLib("KAMA", {"timeperiod": PERIOD}),
            published=("kama", "kama"),
        ),
    ),
    source="Kaufman 1995",
    write=write,
    home=__name__,
)
