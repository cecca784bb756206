"""Read the recorded trades and published bars of October 2013."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from pl.market.batches import TradeBatch
from pl.market.conditions import lean_rules

SYMBOLS = ("AIG", "BAC", "IBM", "SPY")
DAY_MS = 86_400_000
OPEN_MS, CLOSE_MS = 13 * 3_600_000 + 30 * 60_000, 20 * 3_600_000  # daylight time


def recorded_trades(folder: Path) -> TradeBatch:
    """Return all trades of the five days in order of time, numbered in that order."""
    table = pq.read_table(folder / "lean" / "tick_trades.parquet")
    symbol = table["symbol"].combine_chunks()
    row_of = np.array([SYMBOLS.index(name) for name in symbol.dictionary.to_pylist()], np.int32)
    t_ms = table["t"].to_numpy()
    of_day = t_ms % DAY_MS
    rule = lean_rules(
        table["cond_flags"].to_numpy(),
        table["susp"].to_numpy() == 1,
        (of_day >= OPEN_MS) & (of_day < CLOSE_MS),
    )
    order = np.argsort(t_ms, kind="stable")
    return TradeBatch(
        row=row_of[symbol.indices.to_numpy()][order],
        t_ms=t_ms[order],
        price=table["price"].to_numpy()[order],
        size=table["size"].to_numpy()[order].astype(np.float64),
        rule=rule[order],
        sequence=np.arange(len(order), dtype=np.int64),
        received_at=0.0,
    )


def published_bars(folder: Path) -> dict[tuple[int, int], tuple]:
    """Return LEAN's minute bars of those symbols and days: open, high, low, close, volume."""
    table = pq.read_table(folder / "lean" / "minute_trade_bars.parquet")
    names = ("symbol", "date", "t", "open", "high", "low", "close", "volume")
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    return {
        (t, SYMBOLS.index(symbol)): tuple(bar)
        for symbol, date, t, *bar in rows
        if symbol in SYMBOLS and "20131007" <= date <= "20131011"
    }
