"""Average closes exponentially: each bar counts for less the older it is.

The average moves by 2 / (bars + 1) of its distance to the close. It begins at the bar with the
number of its bars, with their plain mean.
"""

from typing import Final

from pl.kernel import inner_leaf
from pl.market.batches import Float64
from pl.signals.indicators import state as at
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after

EMA_12: Final = COLUMN["ema_12"]
EMA_20: Final = COLUMN["ema_20"]
EMA_26: Final = COLUMN["ema_26"]
EMA_50: Final = COLUMN["ema_50"]
EMA_200: Final = COLUMN["ema_200"]
PUBLISHED: Final = {12: ("macd", "fastEma"), 20: ("ema", "ema"), 26: ("macd", "slowEma")}


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the averages, which the walk carries on."""
    out[EMA_12] = after(state, at.EMA_FAST, 12)
    out[EMA_26] = after(state, at.EMA_SLOW, 26)
    out[EMA_20] = after(state, at.EMA_20, 20)
    out[EMA_50] = after(state, at.EMA_50, 50)
    out[EMA_200] = after(state, at.EMA_200, 200)


EXPONENTIAL_AVERAGES: Final = IndicatorSet(
    columns=tuple(
        Column(
            name=f"ema_{n}",
            warm_up=n,
            unit="USD",
            rule=f"exponential average of the closes over {n} bars",
            parameters={"bars": n},
            talib=TaLib("EMA", {"timeperiod": n}),
            published=PUBLISHED.get(n),
        )
        for n in (12, 26, 20, 50, 200)
    ),
    source="Murphy 1999, ch. 9; seeded as TA-Lib's classic EMA",
    write=write,
    home=__name__,
)
