"""Write one bar's indicator row, in the order of INDICATOR_NAMES."""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, OPEN, Bars
from pl.signals.indicators import (
    averages,
    channels,
    oscillators,
    pivot_points,
    recursive,
    session,
    state,
    trends,
    volumes,
)
from pl.signals.indicators.smoothing import after

BAND_WIDTH: Final = 2.0


@leaf
def write_moving(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Write columns 0 to 13: averages, MACD, RSI, Bollinger bands, ATR, VWAP, relative volume.

    MACD is the difference of the two EMAs shown beside it. (TA-Lib starts its fast EMA later
    inside MACD; the two agree to 1e-9 after about 250 bars.)
    """
    out[0] = walked[state.SMA_20]
    out[1] = walked[state.SMA_50]
    out[2] = after(walked, state.EMA_FAST, recursive.FAST)
    out[3] = after(walked, state.EMA_SLOW, recursive.SLOW)
    out[4] = recursive.rsi(walked)
    out[5] = out[2] - out[3]
    out[6] = after(walked, state.MACD_SIGNAL, recursive.SLOW + recursive.SIGNAL - 1)
    out[7] = out[5] - out[6]
    spread = BAND_WIDTH * walked[state.DEVIATION_20]
    out[8] = out[0] + spread
    out[9] = out[0]
    out[10] = out[0] - spread
    out[11] = after(walked, state.RANGE, recursive.WILDER + 1)
    out[12] = session.vwap(walked)
    out[13] = volumes.relative_volume(bars, i, walked[state.USUAL_VOLUME])


@leaf
def write_averages(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Write columns 14 to 26: more averages, and what bands and ranges say of the close."""
    close = bars[i, CLOSE]
    out[14] = after(walked, state.EMA_20, 20)
    out[15] = after(walked, state.EMA_50, 50)
    out[16] = after(walked, state.EMA_200, 200)
    out[17] = averages.wma(bars, i, 20)
    out[18] = averages.dema(walked)
    out[19] = averages.tema(walked)
    out[20] = after(walked, state.KAMA, averages.KAMA_PERIOD + 1)
    out[21] = averages.hma(bars, i)
    width = out[8] - out[10]
    out[22] = (close - out[10]) / width if width > 0.0 else math.nan
    out[23] = width / out[9]
    spread = BAND_WIDTH * after(walked, state.RANGE_10, recursive.CHANNEL + 1)
    out[24] = out[14] + spread
    out[25] = out[14] - spread
    out[26] = 100.0 * out[11] / close


@leaf
def write_trends(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Write columns 27 to 44: trends and oscillators."""
    out[27] = after(walked, state.ADX, 2 * trends.PERIOD)
    out[28] = after(walked, state.PLUS_DI, trends.PERIOD + 1)
    out[29] = after(walked, state.MINUS_DI, trends.PERIOD + 1)
    out[30] = after(walked, state.SAR, 2)
    out[31] = trends.supertrend(walked)
    out[32] = averages.trix(walked)
    out[33] = oscillators.change(bars, i, 10)
    out[34] = 100.0 * out[33] / bars[i - 10, CLOSE] if i >= 10 else math.nan
    out[36] = oscillators.cci(bars, i)
    out[37] = oscillators.ultimate(bars, i)
    out[35] = oscillators.write_stochastic(out, 38, walked) - 100.0
    oscillators.write_stoch_rsi(out, 40, walked)
    oscillators.write_aroon(out, 42, bars, i)


@leaf
def write_volumes(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Write columns 45 to 54: volume and session."""
    out[45] = walked[state.OBV]
    out[46] = walked[state.AD]
    out[47] = volumes.chaikin(walked)
    out[48] = volumes.cmf(bars, i)
    out[49] = volumes.mfi(bars, i)
    out[50] = volumes.volume_z(bars, i, walked[state.USUAL_VOLUME])
    session.write_session(out, 51, walked)


@leaf
def write_levels(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Write columns 55 to 83: channels, gap and pivot points."""
    out[55] = walked[state.TOP_20]
    out[56] = walked[state.BOTTOM_20]
    channels.write_highs_and_lows(out, 57, bars, i)
    channels.write_regression(out, 61, bars, i, walked[state.SMA_20])
    channels.write_ichimoku(out, 65, bars, i)
    out[69] = channels.volatility(walked, bars, i)
    out[70] = 100.0 * (bars[i, OPEN] / bars[i - 1, CLOSE] - 1.0) if i >= 1 else math.nan
    pivot_points.write_pivot_points(out, 71, walked)


@leaf
def write_more(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Write columns 84 to 91 and 93 to 96: long windows, anchored prices, outer pivot points.

    Two compare with the universe, which a row alone does not know: NaN until
    `universe.compare` has seen all rows of the bar.
    """
    out[84] = walked[state.SMA_200]
    out[85] = 100.0 * (bars[i, CLOSE] / bars[i - 60, CLOSE] - 1.0) if i >= 60 else math.nan
    session.write_anchored(out, 86, walked)
    out[88] = math.nan
    out[89] = math.nan
    out[90] = math.nan
    out[91] = math.nan
    pivot_points.write_outer_points(out, 93, walked)


@leaf
def write_year(out: Float64, bars: Bars, i: int, n_bars: int) -> None:
    """Write columns 88 and 89, high and low of a year of `n_bars` bars; 0 leaves them NaN."""
    if n_bars > 0:
        channels.write_range(out, 88, bars, i - n_bars + 1, i)


@leaf
def write_row(out: Float64, walked: Float64, bars: Bars, i: int) -> None:
    """Fill all but column 92 of `out` for bar `i`; NaN marks a value whose warm-up is not over.

    walked : the row's state, which has looked at bar `i` (see `windows.look`).
    """
    write_moving(out, walked, bars, i)
    write_averages(out, walked, bars, i)
    write_trends(out, walked, bars, i)
    write_volumes(out, walked, bars, i)
    write_levels(out, walked, bars, i)
    write_more(out, walked, bars, i)
