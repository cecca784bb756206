"""Compare stored bars of longer timeframes with the plain fold of the stored minutes."""

from typing import Any

import numpy as np

from pl.market.sessions import MarketSessions
from tests.pl.market.folding_twin import STEPS, Facts, Key, Minute, plain_fold
from tests.pl.streaming.process import System

LONGER = (*STEPS, "daily", "weekly")
_FACTS = "open, high, low, close, volume, vwap, trade_count"


def stored(system: System, timeframe: str, since_ms: int) -> dict[Key, Facts]:
    """Return by (timeframe, start, row) what is stored of bars from a time on."""
    rows = system.ask(
        'SELECT round(extract(epoch FROM "timestamp") * 1000)::bigint, symbol,'
        f" {_FACTS}, quality FROM ohlcv_{timeframe}"
        ' WHERE "timestamp" >= to_timestamp(%s)',
        since_ms / 1000,
    )
    names = [name for (name,) in system.ask("SELECT DISTINCT symbol FROM ohlcv_1min ORDER BY 1")]
    return {(timeframe, start, names.index(symbol)): tuple(rest) for start, symbol, *rest in rows}


def differing(
    system: System, sessions: MarketSessions, since_ms: int, through_ms: int
) -> dict[Key, Any]:
    """Return (stored, folded from stored minutes) where they differ, in prices or volume.

    since_ms : open of a session; bars that close after `through_ms` are left out.
    """
    minutes = stored(system, "1min", since_ms)
    starts = np.array([start for _, start, _ in minutes], np.int64)
    regular = sessions.regular(starts)
    inside = [
        Minute(row, start, *facts)
        for ((_, start, row), facts), is_regular in zip(minutes.items(), regular, strict=True)
        if is_regular and start < through_ms
    ]
    want = {
        key: facts[:7]
        for key, facts in plain_fold(inside, sessions, through_ms).items()
        if key[1] >= since_ms
    }
    got: dict[Key, Facts] = {}
    for timeframe in LONGER:
        found = stored(system, timeframe, since_ms)
        got |= {key: facts[:7] for key, facts in found.items() if key in want}
    return {key: (got.get(key), facts) for key, facts in want.items() if got.get(key) != facts}
