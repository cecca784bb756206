"""Make closed bars for the tests of the signals."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.signal import Signal
from pl.signals.timeframes import TIMEFRAME_MS

DAY_MS = 86_400_000
FIRST_OPEN_MS = 19_000 * DAY_MS
SYMBOLS = ("AAA", "BBB", "CCC")


def day_open(start_ms: int) -> int:
    """Anchor each UTC day at midnight."""
    return start_ms // DAY_MS * DAY_MS


def engine(symbols: Sequence[str] = SYMBOLS, timeframe: str = "1min") -> SignalEngine:
    """Return an engine whose sessions are UTC days."""
    tier = "daily" if timeframe == "daily" else "intraday"
    return SignalEngine(symbols, timeframe, tier, day_open)


def random_bars(
    n_bars: int,
    *,
    seed: int = 0,
    rows: Sequence[int] = (0, 1, 2),
    first_minute: int = 0,
    missing: float = 0.0,
    price: float = 50.0,
) -> ClosedBars:
    """Return a random walk in cents with bursts of volume, sorted by (start_ms, row)."""
    dice = np.random.default_rng(seed)
    shape = (n_bars, len(rows))
    close = price * np.exp(np.cumsum(dice.normal(0.0, 0.002, shape), axis=0))
    opened = np.vstack([close[:1], close[:-1]]) * np.exp(dice.normal(0.0, 0.0005, shape))
    top = np.maximum(opened, close) * np.exp(np.abs(dice.normal(0.0, 0.001, shape)))
    bottom = np.minimum(opened, close) * np.exp(-np.abs(dice.normal(0.0, 0.001, shape)))
    opened, top, bottom, close = (np.round(x, 2) for x in (opened, top, bottom, close))
    volume = np.round(dice.lognormal(7.0, 0.8, shape))
    n = opened.size
    minute = first_minute + np.repeat(np.arange(n_bars), len(rows))
    bars = ClosedBars(
        row=np.tile(np.array(rows, np.int32), n_bars),
        start_ms=FIRST_OPEN_MS + minute.astype(np.int64) * MINUTE_MS,
        open=opened.ravel(),
        high=top.ravel(),
        low=bottom.ravel(),
        close=close.ravel(),
        volume=volume.ravel(),
        vwap=(top.ravel() + bottom.ravel()) / 2.0,
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )
    return bars.take(dice.random(n) >= missing)


def lively_bars(n_bars: int, *, seed: int = 0, rows: Sequence[int] = (0, 1, 2)) -> ClosedBars:
    """Return random bars whose price jumps now and then and whose calm and busy hours alternate.

    Every 130 bars a few minutes have none.
    """
    bars = random_bars(n_bars, seed=seed, rows=rows)
    dice = np.random.default_rng(seed + 1)
    minute = np.arange(n_bars)
    busy = np.repeat(1.0 + 2.0 * ((minute // 45) % 3 == 2), len(rows))
    shape = (n_bars, len(rows))
    jumps = np.where(dice.random(shape) < 0.01, dice.normal(0.0, 0.02, shape), 0.0)
    level = np.exp(np.cumsum(jumps, axis=0)).ravel()
    middle = 0.5 * (bars.high + bars.low)
    prices = {
        name: np.round((middle + (getattr(bars, name) - middle) * busy) * level, 2)
        for name in ("open", "high", "low", "close", "vwap")
    }
    start_ms = bars.start_ms + np.repeat(pauses(n_bars, 130), len(rows)) * MINUTE_MS
    return replace(bars, **prices, start_ms=start_ms)


def split_in_two(n_before: int, n_after: int, timeframe: str) -> ClosedBars:
    """Bars of a quiet stock that goes on at half its price, on the usual volume."""
    n = n_before + n_after
    walk = 100.0 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0, 0.004, n)))
    close = walk * np.where(np.arange(n) < n_before, 1.0, 0.5)
    return ClosedBars(
        row=np.zeros(n, np.int32),
        start_ms=np.arange(n, dtype=np.int64) * TIMEFRAME_MS[timeframe],
        open=close,
        high=close * 1.003,
        low=close * 0.997,
        close=close,
        volume=np.full(n, 1e6),
        vwap=np.full(n, np.nan),
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


def pauses(n_bars: int, every: int) -> npt.NDArray[np.int64]:
    """Return how many minutes have gone without a bar before each of `n_bars` bars."""
    place = np.arange(n_bars)
    return np.cumsum(np.where(place % every == every - 1, 2 + place // every % 7, 0))


def changed(bars: ClosedBars, i: int, **values: float) -> ClosedBars:
    """Return bar `i` alone with other values, its revision one higher unless given."""
    one = bars.take(np.array([i]))
    columns = {name: np.full_like(getattr(one, name), value) for name, value in values.items()}
    columns.setdefault("revision", one.revision + 1)
    return replace(one, **columns)


def join(parts: Iterable[ClosedBars]) -> ClosedBars:
    """Return the bars of all parts, in that order."""
    kept = list(parts)
    names = ClosedBars.__dataclass_fields__
    return ClosedBars(*(np.concatenate([getattr(part, name) for part in kept]) for name in names))


def span(bars: ClosedBars, begin: int, end: int) -> ClosedBars:
    """Return bars `begin` to `end` - 1."""
    return bars.take(np.arange(begin, end))


def log_of(bars: ClosedBars, cuts: Sequence[int] = (), timeframe: str = "1min") -> list[Signal]:
    """Return the whole log of a sequence of bars, fed in batches cut at `cuts`."""
    running = engine(timeframe=timeframe)
    edges = [0, *sorted(cuts), len(bars)]
    log: list[Signal] = []
    for begin, end in pairwise(edges):
        log += running.update(span(bars, begin, end)).signals
    return log


def confirmed(log: Iterable[Signal]) -> list[Signal]:
    """Return the entries that say for the first time that a pattern is there."""
    return [entry for entry in log if entry.life == "confirmed" and not entry.before]


def held(bars: ClosedBars) -> ClosedBars:
    """Return what a database would hold of a sequence: the last version of each bar, sorted."""
    last = {(int(row), int(start)): i for i, (row, start) in enumerate(_keys(bars))}
    order = sorted(last.values(), key=lambda i: (bars.start_ms[i], bars.row[i]))
    return bars.take(np.array(order, np.intp))


def _keys(bars: ClosedBars) -> Iterable[tuple[int, int]]:
    return zip(bars.row.tolist(), bars.start_ms.tolist(), strict=True)


def restarted(
    bars: ClosedBars, symbols: Sequence[str] = SYMBOLS, timeframe: str = "1min"
) -> SignalEngine:
    """Return a fresh engine warmed with what a database would hold."""
    running = engine(symbols, timeframe)
    stored = held(bars)
    for row in range(len(symbols)):
        running.warm(row, stored.take(stored.row == row))
    return running


def ending_of(entry: Signal) -> tuple[object, ...]:
    """Return how a flow ended, which its last entry says."""
    if entry.life in {"confirmed", "forming"}:
        return (entry.life,)
    return (entry.life, entry.bar_time_ms, entry.after["exit_price"], entry.after["bars"])


def standing(log: Iterable[Signal]) -> dict[str, tuple[object, ...]]:
    """Return the net signals of a log: by flow, what was said last of those not taken back."""
    net: dict[str, tuple[object, ...]] = {}
    for entry in log:
        if entry.life == "retracted":
            del net[str(entry.flow_id)]
        else:
            net[str(entry.flow_id)] = (
                entry.symbol,
                entry.pattern,
                entry.direction,
                entry.born_ms,
                entry.confidence,
                entry.price,
                entry.price_change,
                entry.volume,
                *ending_of(entry),
            )
    return net
