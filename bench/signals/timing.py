"""Check our batch against the stream and against TA-Lib, then time both in turns."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.report import Report, machine, median, say
from bench.signals.talib_share import (
    SETTLED,
    STARTS_APART,
    Float64,
    candles,
    indicators,
    scale_of,
)
from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.indicators.names import COLUMN
from pl.signals.table import EngineUpdate

DATA: Final = "daily_sp500_5yr/sp500_5yr.parquet"
DAY_MS: Final = 86_400_000
COLUMNS: Final = ["open", "high", "low", "close", "volume"]
AT_MOST: Final = 2.0
TOLERANCE: Final = 1e-9
STREAMED: Final = 3
MOST_TIES: Final = 1e-5
"""Share of candlestick verdicts that may differ where sums tie to the last bit."""


def run(folder: Path, rounds: int) -> int:
    """Check, time and report; `folder` holds the data sets. The last line is JSON."""
    series = read(folder / DATA)
    n_bars = sum(symbol.shape[1] for symbol in series)
    report = Report("signals", results={"machine": machine(), "symbols": len(series)})
    say(f"signals: {len(series)} symbols, {n_bars:,} daily bars, everything, columns in memory")
    batches = [closed(symbol) for symbol in series]
    check_stream(batches[:STREAMED])
    found = ours(batches)
    compare(series, found)
    n_entries = sum(len(update.entries) for update in found)
    del found
    own, theirs = [], []
    for _ in range(rounds):
        own.append(seconds(lambda: ours(batches)))
        theirs.append(seconds(lambda: [(indicators(bars), candles(bars)) for bars in series]))
    report.results |= {"bars": n_bars, "entries": n_entries, "seconds": median(own)}
    report.peers = {"TA-Lib, its share": {"seconds": median(theirs)}}
    report.ratios = {"ours over TA-Lib": round(float(np.median(own) / np.median(theirs)), 2)}
    say(f"  everything {median(own)} s, TA-Lib its share {median(theirs)} s, {n_entries:,} entries")
    report.met = {f"within {AT_MOST:.0f} x TA-Lib": report.ratios["ours over TA-Lib"] <= AT_MOST}
    report.print_line()
    return 0


def read(file: Path) -> list[Float64]:
    """Return each symbol's sound daily bars, (5, n_bars) float64."""
    frame = pd.read_parquet(file).sort_values(["symbol", "date"])
    kept = []
    for _, one in frame.groupby("symbol", sort=True):
        bars = np.ascontiguousarray(one[COLUMNS].to_numpy(np.float64).T)
        opened, high, low, close, _ = bars
        sound = (low > 0) & (low <= np.minimum(opened, close)) & (high >= np.maximum(opened, close))
        kept.append(np.ascontiguousarray(bars[:, sound & np.isfinite(bars).all(axis=0)]))
    return kept


def closed(bars: Float64) -> ClosedBars:
    """Return one symbol's days as row 0."""
    n = bars.shape[1]
    opened, high, low, close, volume = bars
    return ClosedBars(
        np.zeros(n, np.int32),
        np.arange(n, dtype=np.int64) * DAY_MS,
        opened,
        high,
        low,
        close,
        volume,
        np.full(n, np.nan),
        np.ones(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )


def ours(batches: Sequence[ClosedBars]) -> list[EngineUpdate]:
    """Return what the product's engine says of every bar of every symbol, a batch a symbol."""
    longest = max(map(len, batches))
    return [engine_of(longest).update(bars) for bars in batches]


def engine_of(longest: int) -> SignalEngine:
    """Return an engine of daily bars for one symbol."""
    return SignalEngine(("S",), "daily", "daily", lambda _: 0, session_bars=longest + 1)


def check_stream(batches: Sequence[ClosedBars]) -> None:
    """Raise unless bar by bar gives the same bits as the batch."""
    for bars in batches:
        whole = engine_of(len(bars)).update(bars)
        running = engine_of(len(bars))
        parts = [running.update(bars.take(np.array([i]))) for i in range(len(bars))]
        streamed = np.concatenate([part.indicators.values for part in parts])
        log = [signal for part in parts for signal in part.signals]
        if streamed.tobytes() != whole.indicators.values.tobytes() or log != whole.signals:
            raise AssertionError("the batch and the stream differ")
    say(f"  the batch equals the stream to the bit on {len(batches)} symbols")


def compare(series: Sequence[Float64], found: Sequence[EngineUpdate]) -> None:
    """Raise unless the indicators and candlesticks are TA-Lib's where both are known."""
    worst, ties, n_verdicts = 0.0, 0, 0
    for bars, update in zip(series, found, strict=True):
        for name, values in indicators(bars).items():
            worst = max(worst, distance(name, values, update, float(bars[3].max())))
        verdicts = np.array(candles(bars))[:, SETTLED:] != 0
        bits = update.indicators.candles[SETTLED:, 0]
        fired = (bits >> np.arange(len(verdicts))[:, None]) & 1
        ties += int((fired != verdicts).sum())
        n_verdicts += verdicts.size
    if worst > TOLERANCE or ties > MOST_TIES * n_verdicts:
        raise AssertionError(f"TA-Lib: indicators off by {worst:.1e}, {ties} candlesticks differ")
    say(f"  TA-Lib: indicators within {worst:.1e}, {ties} of {n_verdicts:,} candlesticks differ")


def distance(name: str, values: Float64, update: EngineUpdate, price: float) -> float:
    """Return by how much an indicator differs, as a share of its value or scale."""
    mine, other = update.indicators.values[SETTLED:, COLUMN[name]], values[SETTLED:]
    if name in STARTS_APART:
        mine, other = mine - mine[:1], other - other[:1]
    scale = np.maximum(np.abs(other), scale_of(name, price))
    off = np.abs(mine - other) / scale
    return float(np.nanmax(off)) if len(off) else 0.0


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds of this thread that a piece of work takes."""
    begin = time.thread_time()
    work()
    return time.thread_time() - begin
