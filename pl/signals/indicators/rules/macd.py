"""Tell how far a fast average of the closes runs ahead of a slow one, and whether it gains.

MACD is EMA(12) - EMA(26), the two shown beside it; its signal line the EMA(9) of it, which begins
with the plain mean of the first 9; the histogram what lies between.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.smoothing import after, smooth
from pl.signals.indicators.state import EMA_FAST, EMA_SLOW, MACD_SIGNAL

MACD: Final = COLUMN["macd"]
LINE: Final = COLUMN["macd_signal"]
HISTOGRAM: Final = COLUMN["macd_hist"]
FAST: Final = 12
SLOW: Final = 26
SIGNAL: Final = 9


@leaf
def step_macd(state: Float64, close: float, n: int) -> None:
    """Advance both averages and the signal line by the `n`-th close of the walk, from 0."""
    state[EMA_FAST] = smooth(state[EMA_FAST], close, n, FAST)
    state[EMA_SLOW] = smooth(state[EMA_SLOW], close, n, SLOW)
    if n >= SLOW - 1:
        macd = state[EMA_FAST] - state[EMA_SLOW]
        state[MACD_SIGNAL] = smooth(state[MACD_SIGNAL], macd, n - SLOW + 1, SIGNAL)


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write MACD, its signal line and the histogram."""
    out[MACD] = after(state, EMA_FAST, FAST) - after(state, EMA_SLOW, SLOW)
    out[LINE] = after(state, MACD_SIGNAL, SLOW + SIGNAL - 1)
    out[HISTOGRAM] = out[MACD] - out[LINE]


PARAMETERS: Final = {"fast": FAST, "slow": SLOW, "signal": SIGNAL}
TALIB: Final = {"fastperiod": FAST, "slowperiod": SLOW, "signalperiod": SIGNAL}
DIFFERS: Final = "TA-Lib starts the fast average late, with the slow one; alike from bar 250 on"
MACD_SET: Final = IndicatorSet(
    columns=(
        Column(
            name="macd",
            warm_up=SLOW,
            unit="USD",
            rule="EMA(12) - EMA(26) of the closes",
            parameters=PARAMETERS,
            talib=TaLib("MACD", TALIB, "macd", settled=250, later=SIGNAL - 1),
            published=("macd", "macd"),
            differs=DIFFERS,
        ),
        Column(
            name="macd_signal",
            warm_up=SLOW + SIGNAL - 1,
            unit="USD",
            rule="EMA(9) of the MACD",
            parameters=PARAMETERS,
            talib=TaLib("MACD", TALIB, "macdsignal", settled=250),
            published=("macd", "signal"),
            differs=DIFFERS,
        ),
        Column(
            name="macd_hist",
            warm_up=SLOW + SIGNAL - 1,
            unit="USD",
            rule="MACD less its signal line",
            parameters=PARAMETERS,
            talib=TaLib("MACD", TALIB, "macdhist", settled=250),
            published=("macd", "histogram"),
            differs=DIFFERS,
        ),
    ),
    source="Appel 1979",
    write=write,
    home=__name__,
)
