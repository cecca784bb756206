"""Slow, plain twins of the kernels, written without numpy or the code under test."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

Floats = Sequence[float]


def mean(values: Floats) -> float:
    """Return the mean, summed from left to right."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def sma(close: Floats, period: int) -> list[float]:
    """Return the moving average, NaN before its first full window."""
    return _windowed(close, period, mean)


def band(close: Floats, period: int, width: float) -> list[float]:
    """Return the mean plus `width` population deviations."""

    def one(window: Floats) -> float:
        centre = mean(window)
        return centre + width * math.sqrt(mean([(x - centre) ** 2 for x in window]))

    return _windowed(close, period, one)


def relative_volume(volume: Floats) -> list[float]:
    """Return the volume over the mean of the 20 before it."""
    out = []
    for i, shares in enumerate(volume):
        usual = mean(volume[i - 20 : i]) if i >= 20 else 0.0
        out.append(shares / usual if usual > 0.0 else math.nan)
    return out


def seeded(samples: Floats, period: int, blend: Callable[[float, float], float]) -> list[float]:
    """Return a recursive average that starts as the mean of its first `period` samples."""
    out: list[float] = []
    for i, sample in enumerate(samples):
        if i < period - 1:
            out.append(math.nan)
        elif i == period - 1:
            out.append(mean(samples[:period]))
        else:
            out.append(blend(out[-1], sample))
    return out


def ema(close: Floats, period: int) -> list[float]:
    """Return the exponential average."""
    factor = 2.0 / (period + 1)
    return seeded(close, period, lambda old, x: old + factor * (x - old))


def wilder(samples: Floats, period: int) -> list[float]:
    """Return the average of Wilder."""
    return seeded(samples, period, lambda old, x: (old * (period - 1) + x) / period)


def rsi(close: Floats, period: int = 14) -> list[float]:
    """Return the relative strength index, 50 when nothing moved."""
    moves = [b - a for a, b in pairwise(close)]
    gains = wilder([max(move, 0.0) for move in moves], period)
    losses = wilder([max(-move, 0.0) for move in moves], period)
    out = [math.nan]
    for gain, loss in zip(gains, losses, strict=True):
        out.append(50.0 if gain + loss == 0.0 else 100.0 * gain / (gain + loss))
    return out


def atr(high: Floats, low: Floats, close: Floats, period: int = 14) -> list[float]:
    """Return the average true range."""
    return [math.nan, *wilder(true_ranges(high, low, close)[1:], period)]


def true_ranges(high: Floats, low: Floats, close: Floats) -> list[float]:
    """Return the true range of each bar, the first one NaN."""
    out = [math.nan]
    for i in range(1, len(close)):
        last = close[i - 1]
        out.append(max(high[i], last) - min(low[i], last))
    return out


def macd(close: Floats) -> tuple[list[float], list[float]]:
    """Return the difference of the two averages and its own average."""
    line = [fast - slow for fast, slow in zip(ema(close, 12), ema(close, 26), strict=True)]
    signal = ema(line[25:], 9) if len(line) > 25 else []
    return line, [math.nan] * min(25, len(line)) + signal


def vwap(prices: Floats, volume: Floats) -> list[float]:
    """Return the volume-weighted price since the first bar."""
    out, usd, shares = [], 0.0, 0.0
    for price, size in zip(prices, volume, strict=True):
        usd += price * size
        shares += size
        out.append(usd / shares if shares else math.nan)
    return out


def _windowed(values: Floats, period: int, function: Callable[[Floats], float]) -> list[float]:
    return [
        function(values[i - period + 1 : i + 1]) if i >= period - 1 else math.nan
        for i in range(len(values))
    ]


def volume_spike(o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> str:
    """Judge the last bar."""
    usual = mean(v[-21:-1])
    if usual == 0.0 or v[-1] / usual < 3.0:
        return ""
    move = c[-1] - c[-2]
    return "bullish" if move > 0 else "bearish" if move < 0 else "neutral"


def price_breakout(o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> str:
    """Judge the last bar."""
    unit = mean(true_ranges(h, low, c)[-15:-1])
    if unit == 0.0 or not any(v[-21:-1]) or v[-1] < 1.5 * mean(v[-21:-1]):
        return ""
    top, top_before = max(h[-21:-1]), max(h[-22:-2])
    bottom, bottom_before = min(low[-21:-1]), min(low[-22:-2])
    if (c[-1] - top) / unit > 0.1 and c[-2] <= top_before:
        return "bullish"
    if (bottom - c[-1]) / unit > 0.1 and c[-2] >= bottom_before:
        return "bearish"
    return ""


def support_test(o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> str:
    """Judge the last bar."""
    unit = mean(true_ranges(h, low, c)[-15:-1])
    support = min(low[-61:-6])
    tests = (
        unit > 0.0,
        h[-1] > low[-1],
        abs(low[-1] - support) <= 0.25 * unit,
        c[-1] > support,
        h[-1] > low[-1] and (c[-1] - low[-1]) / (h[-1] - low[-1]) >= 0.5,
        c[-6] >= support + unit,
        min(low[-6:-1]) > support + 0.25 * unit,
    )
    return "bullish" if all(tests) else ""


def resistance_break(o: Floats, h: Floats, low: Floats, c: Floats, v: Floats) -> str:
    """Judge the last bar."""
    unit = mean(true_ranges(h, low, c)[-15:-1])
    window = h[-61:-1]
    level = max(window)
    if unit == 0.0 or (c[-1] - level) / unit <= 0.1:
        return ""
    touches: list[int] = []
    for i, high in enumerate(window):
        if high >= level - 0.25 * unit and (not touches or i - touches[-1] >= 5):
            touches.append(i)
    return "bullish" if len(touches) >= 2 else ""
