"""Write one bar's indicator row, in the order of INDICATOR_NAMES."""

from typing import Final

from pl.kernel import kernel
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.indicators import recursive, windowed

BAND_WIDTH: Final = 2.0


@kernel
def write_row(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Fill `out`, shape (14,), for bar `i`; NaN marks a value whose warm-up is not over.

    MACD is the difference of the two EMAs shown beside it. (TA-Lib starts its fast EMA later
    inside MACD; the two agree to 1e-9 after about 250 bars.)
    """
    out[0] = windowed.sma(bars, i, 20)
    out[1] = windowed.sma(bars, i, 50)
    out[2] = recursive.after(state, recursive.EMA_FAST, recursive.FAST)
    out[3] = recursive.after(state, recursive.EMA_SLOW, recursive.SLOW)
    out[4] = recursive.rsi(state)
    out[5] = out[2] - out[3]
    out[6] = recursive.after(state, recursive.MACD_SIGNAL, recursive.SLOW + recursive.SIGNAL - 1)
    out[7] = out[5] - out[6]
    spread = BAND_WIDTH * windowed.deviation(bars, i, 20)
    out[8] = out[0] + spread
    out[9] = out[0]
    out[10] = out[0] - spread
    out[11] = recursive.after(state, recursive.RANGE, recursive.WILDER + 1)
    out[12] = recursive.vwap(state)
    out[13] = windowed.relative_volume(bars, i)
