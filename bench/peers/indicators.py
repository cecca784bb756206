"""Compute the common indicators with other libraries, in an environment of their own.

Run as a script: it reads a file of bars and answers on standard output, a line of JSON each, what
it is asked on standard input: `versions`, `values NAME SYMBOLS` or `seconds NAME SYMBOLS`.
Every library is fed as its manual does it fastest: raw numbers where it takes them, and no work
besides. What takes bar after bar takes them as a market brings them: a minute of all symbols, then
the next. Where it looks at a moving window, it is given the bars that its own memory would hold.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import talib
from nautilus_trader.indicators import (
    AverageTrueRange,
    BollingerBands,
    DonchianChannel,
    ExponentialMovingAverage,
    MovingAverageConvergenceDivergence,
    MovingAverageType,
    RelativeStrengthIndex,
    SimpleMovingAverage,
    WeightedMovingAverage,
)
from talipp import indicators as talipp
from talipp.ohlcv import OHLCV

stream: Any = talib.stream

Answer = tuple[list[list[float]], float, int]
"""Values after the last bar by symbol, processor seconds, bar updates in them."""

OPENED_AT = 60
"""Bars that a handle of TA-Lib is opened on."""
RECOMPUTED = 5
"""Last bars at each of which arrays are computed again over WINDOW bars."""
WINDOW = 250
NAMES = ("NautilusTrader", "talipp", "TA-Lib handles", "TA-Lib arrays", "pandas")


def nautilus(bars: np.ndarray) -> Answer:
    """Feed raw numbers, one call an indicator and bar. Seeds every average with its first value."""
    opened = [_nautilus() for _ in bars]
    seconds = 0.0
    for ticks in minutes(bars, 0):
        begin = time.thread_time()
        for (_, updates, to_atr, to_bands, to_channel), (high, low, close) in zip(
            opened, ticks, strict=True
        ):
            for update in updates:
                update(close)
            to_atr(high, low, close)
            to_bands(close, close, close)
            to_channel(high, low)
        seconds += time.thread_time() - begin
    rows = []
    for (*a, atr, bands, channel), *_ in opened:
        rows.append(
            [
                *(average.value for average in a[:4]),
                100.0 * a[4].value,
                a[5].value,
                atr.value,
                bands.upper,
                bands.lower,
                a[6].value,
                channel.upper,
                channel.lower,
            ]
        )
    return rows, seconds, bars.shape[0] * bars.shape[1]


def _nautilus() -> tuple[Any, ...]:
    wilder, simple = MovingAverageType.WILDER, MovingAverageType.SIMPLE
    averages = [
        SimpleMovingAverage(20),
        SimpleMovingAverage(50),
        ExponentialMovingAverage(12),
        ExponentialMovingAverage(26),
        RelativeStrengthIndex(14, wilder),
        MovingAverageConvergenceDivergence(12, 26),
        WeightedMovingAverage(20, np.arange(1.0, 21.0)),
    ]
    atr, bands = AverageTrueRange(14, wilder), BollingerBands(20, 2.0, simple)
    channel = DonchianChannel(20)
    updates = [average.update_raw for average in averages]
    whole = atr.update_raw, bands.update_raw, channel.update_raw
    return (*averages, atr, bands, channel), updates, *whole


def by_talipp(bars: np.ndarray) -> Answer:
    """Add bar after bar. Seeds averages with a mean, as TA-Lib does."""
    opened = [_talipp() for _ in bars]
    seconds = 0.0
    for minute in minutes(bars, 0):
        ticks = [OHLCV(c, h, low, c, 0.0) for h, low, c in minute]
        begin = time.thread_time()
        for (closes, whole), tick in zip(opened, ticks, strict=True):
            for indicator in closes:
                indicator.add(tick.close)
            for indicator in whole:
                indicator.add(tick)
        seconds += time.thread_time() - begin
    rows = []
    for closes, whole in opened:
        last = [indicator[-1] for indicator in closes]
        band, channel = last[6], whole[1][-1]
        rows.append(
            [
                *last[:5],
                last[5].macd,
                whole[0][-1],
                band.ub,
                band.lb,
                last[7],
                channel.ub,
                channel.lb,
            ]
        )
    return rows, seconds, bars.shape[0] * bars.shape[1]


def _talipp() -> tuple[list[Any], list[Any]]:
    closes = [
        talipp.SMA(20),
        talipp.SMA(50),
        talipp.EMA(12),
        talipp.EMA(26),
        talipp.RSI(14),
        talipp.MACD(12, 26, 9),
        talipp.BB(20, 2.0),
        talipp.WMA(20),
    ]
    return closes, [talipp.ATR(14), talipp.DonchianChannels(20)]


def handles(bars: np.ndarray) -> Answer:
    """Open handles on 60 bars, then update them with the others."""
    opened = [_handles(symbol[:OPENED_AT]) for symbol in bars]
    seconds = 0.0
    for ticks in minutes(bars, OPENED_AT):
        begin = time.thread_time()
        for (_, updates, to_atr, to_top, to_bottom), (high, low, close) in zip(
            opened, ticks, strict=True
        ):
            for update in updates:
                update(close)
            to_atr(high, low, close)
            to_top(high)
            to_bottom(low)
        seconds += time.thread_time() - begin
    rows = []
    for (*by_close, atr, top, bottom), *_ in opened:
        last = [handle.value for handle in by_close]
        band = last[6]
        row = [*last[:5], last[5][0], atr.value, band[0], band[2], last[7], top.value, bottom.value]
        rows.append([float(value) for value in row])
    return rows, seconds, bars.shape[0] * (bars.shape[1] - OPENED_AT)


def _handles(first: np.ndarray) -> tuple[Any, ...]:
    high, low, close = (np.ascontiguousarray(column) for column in first.T)
    by_close = [
        stream.SMA(close, 20),
        stream.SMA(close, 50),
        stream.EMA(close, 12),
        stream.EMA(close, 26),
        stream.RSI(close, 14),
        stream.MACD(close, 12, 26, 9),
        stream.BBANDS(close, 20, 2.0, 2.0),
        stream.WMA(close, 20),
    ]
    whole = stream.ATR(high, low, close, 14), stream.MAX(high, 20), stream.MIN(low, 20)
    updates = [handle.update for handle in by_close]
    return (*by_close, *whole), updates, *(handle.update for handle in whole)


def minutes(bars: np.ndarray, first: int) -> Iterator[list[list[float]]]:
    """Yield high, low and close of all symbols, minute after minute, as a market closes.

    bars : (n_symbols, n_bars, 3).
    """
    for minute in range(first, bars.shape[1]):
        yield bars[:, minute].tolist()


def by_arrays(high: np.ndarray, low: np.ndarray, close: np.ndarray) -> list[float]:
    """Return the values of the last bar, computed with TA-Lib from whole arrays."""
    upper, _, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    found = (
        talib.SMA(close, 20),
        talib.SMA(close, 50),
        talib.EMA(close, 12),
        talib.EMA(close, 26),
        talib.RSI(close, 14),
        talib.MACD(close, 12, 26, 9)[0],
        talib.ATR(high, low, close, 14),
        upper,
        lower,
        talib.WMA(close, 20),
        talib.MAX(high, 20),
        talib.MIN(low, 20),
    )
    return [float(values[-1]) for values in found]


def by_pandas(high: np.ndarray, low: np.ndarray, close: np.ndarray) -> list[float]:
    """Return the values of the last bar, computed with pandas, seeded with first values."""
    h, low_, c = pd.Series(high), pd.Series(low), pd.Series(close)
    moved, before = c.diff().iloc[1:], c.shift()
    gain = moved.clip(lower=0.0).ewm(alpha=1 / 14, adjust=False).mean()
    loss = (-moved.clip(upper=0.0)).ewm(alpha=1 / 14, adjust=False).mean()
    spread = pd.concat([h - low_, (h - before).abs(), (low_ - before).abs()], axis=1).max(axis=1)
    middle, deviation = c.rolling(20).mean(), c.rolling(20).std(ddof=0)
    fast, slow = (c.ewm(span=n, adjust=False).mean() for n in (12, 26))
    weights = np.arange(1.0, 21.0) / 210.0
    found = (
        middle,
        c.rolling(50).mean(),
        fast,
        slow,
        100.0 * gain / (gain + loss),
        fast - slow,
        spread.ewm(alpha=1 / 14, adjust=False).mean(),
        middle + 2.0 * deviation,
        middle - 2.0 * deviation,
        c.rolling(20).apply(weights.dot, raw=True),
        h.rolling(20).max(),
        low_.rolling(20).min(),
    )
    return [float(values.iloc[-1]) for values in found]


def again(compute: Callable[..., list[float]]) -> Callable[[np.ndarray], Answer]:
    """Return the way that computes whole arrays again at each of the last bars."""

    def way(bars: np.ndarray) -> Answer:
        n_bars = bars.shape[1]
        rows, seconds = [], 0.0
        for symbol in bars:
            columns = [np.ascontiguousarray(column) for column in symbol.T]
            rows.append(compute(*columns))
            begin = time.thread_time()
            for end in range(n_bars - RECOMPUTED + 1, n_bars + 1):
                compute(*(column[end - WINDOW : end] for column in columns))
            seconds += time.thread_time() - begin
        return rows, seconds, bars.shape[0] * RECOMPUTED

    return way


WAYS = dict(
    zip(NAMES, (nautilus, by_talipp, handles, again(by_arrays), again(by_pandas)), strict=True)
)


def answers(questions: Iterator[str], bars: np.ndarray) -> Iterator[object]:
    """Answer each question; bars : (n_bars, 5, n_symbols) as `bench engine` keeps them."""
    for question in questions:
        asked, *about = question.rstrip("\n").split("|")
        if asked == "versions":
            packages = ("nautilus_trader", "talipp", "TA-Lib", "pandas")
            yield {package: version(package) for package in packages}
            continue
        name, n_symbols = about
        part = np.ascontiguousarray(bars[:, 1:4, : int(n_symbols)].transpose(2, 0, 1))
        values, seconds, updates = WAYS[name](part)
        yield values if asked == "values" else [seconds, updates]


if __name__ == "__main__":
    for answer in answers(iter(sys.stdin), np.load(sys.argv[1], mmap_mode="r")):
        print(json.dumps(answer), flush=True)
