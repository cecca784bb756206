"""Compute with TA-Lib what it has of our indicators, and its 61 candlesticks."""

from typing import Final

import numpy as np
import numpy.typing as npt
import talib
from talib._ta_lib import MA_Type

from pl.signals.candles.catalogue import CANDLES

Float64 = npt.NDArray[np.float64]
Columns = dict[str, Float64]

PLAIN: Final = MA_Type.SMA
SETTLED: Final = 300
"""Bars after which the starts of averages, which differ for some, no longer show."""
STARTS_APART: Final = frozenset({"obv", "ad_line"})
"""Sums from the first bar of a walk, which is not the first bar of the file."""
IN_USD: Final = frozenset(
    {"kama_10", "psar", "momentum_10", "linreg_20", "linreg_slope_20", "atr_14", "obv", "ad_line"}
)
DRAWN_IN_USD: Final = ("sma", "ema", "wma", "dema", "tema", "macd", "bb", "high", "low")


def scale_of(name: str, price: float) -> float:
    """Return the scale of an indicator: the price, or 100 for one without a unit."""
    return price if name in IN_USD or name.startswith(DRAWN_IN_USD) else 100.0


def averages(high: Float64, low: Float64, close: Float64) -> Columns:
    """Return what is drawn on the prices, in USD."""
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    macd, macd_signal, macd_hist = talib.MACD(close, 12, 26, 9)
    return {
        **{f"sma_{n}": talib.SMA(close, n) for n in (20, 50, 200)},
        **{f"ema_{n}": talib.EMA(close, n) for n in (12, 26, 20, 50, 200)},
        "wma_20": talib.WMA(close, 20),
        "dema_20": talib.DEMA(close, 20),
        "tema_20": talib.TEMA(close, 20),
        "kama_10": talib.KAMA(close, 10),
        "macd": macd,
        "macd_signal": macd_signal,
        "macd_hist": macd_hist,
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
        "atr_14": talib.ATR(high, low, close, 14),
        "psar": talib.SAR(high, low),
        "momentum_10": talib.MOM(close, 10),
        "linreg_20": talib.LINEARREG(close, 20),
        "linreg_slope_20": talib.LINEARREG_SLOPE(close, 20),
        **{f"high_{n}": talib.MAX(high, n) for n in (20, 50)},
        **{f"low_{n}": talib.MIN(low, n) for n in (20, 50)},
    }


def oscillators(high: Float64, low: Float64, close: Float64, volume: Float64) -> Columns:
    """Return what has a scale of its own."""
    stoch_k, stoch_d = talib.STOCH(high, low, close, 14, 3, PLAIN, 3, PLAIN)
    rsi_k, rsi_d = talib.STOCHRSI(close, 14, 14, 3, PLAIN)
    aroon_down, aroon_up = talib.AROON(high, low, 25)
    return {
        "rsi_14": talib.RSI(close, 14),
        "natr_14": talib.NATR(high, low, close, 14),
        "adx_14": talib.ADX(high, low, close, 14),
        "plus_di_14": talib.PLUS_DI(high, low, close, 14),
        "minus_di_14": talib.MINUS_DI(high, low, close, 14),
        "trix_15": talib.TRIX(close, 15),
        **{f"roc_{n}": talib.ROC(close, n) for n in (10, 60)},
        "willr_14": talib.WILLR(high, low, close, 14),
        "cci_20": talib.CCI(high, low, close, 20),
        "ultimate": talib.ULTOSC(high, low, close),
        "stoch_k": stoch_k,
        "stoch_d": stoch_d,
        "stoch_rsi_k": rsi_k,
        "stoch_rsi_d": rsi_d,
        "aroon_up": aroon_up,
        "aroon_down": aroon_down,
        "aroon_oscillator": talib.AROONOSC(high, low, 25),
        "obv": talib.OBV(close, volume),
        "ad_line": talib.AD(high, low, close, volume),
        "mfi_14": talib.MFI(high, low, close, volume, 14),
    }


def indicators(bars: Float64) -> Columns:
    """Return indicators by our names; bars : (5, n) open, high, low, close, volume."""
    _, high, low, close, volume = bars
    return {**averages(high, low, close), **oscillators(high, low, close, volume)}


def candles(bars: Float64) -> list[npt.NDArray[np.int32]]:
    """Return TA-Lib's verdict of each candlestick on each bar, in the order of our bits."""
    opened, high, low, close, _ = bars
    return [getattr(talib, candle.talib)(opened, high, low, close) for candle in CANDLES]
