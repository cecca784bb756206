"""Answer which candlesticks a symbol's bars completed, newest first, page by page."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from pl.market.batches import MINUTE_MS, Float64
from pl.market.sessions import AFTER_CLOSE_MS, BEFORE_OPEN_MS
from pl.signals.candles.names import CANDLE_NAMES
from pl.store.bars import bars_table
from pl.store.connection import Cursor, Database
from pl.store.history import FILTERED, Regular
from pl.store.indicators import indicator_table
from pl.store.queries import ALWAYS, Page, Period, Row, page_of, place_of, rows_of

EXTENDED_BARS: Final = (AFTER_CLOSE_MS + BEFORE_OPEN_MS) // MINUTE_MS
"""The most minutes outside of regular hours between two sessions."""

_CANDLESTICKS: Final = """
SELECT "timestamp", candles, candles_bearish
FROM {table}
WHERE symbol = %(symbol)s AND timeframe = %(timeframe)s AND candles & %(bits)s <> 0
  AND (%(start)s::timestamptz IS NULL OR "timestamp" >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR "timestamp" < %(end)s)
  AND (%(after_time)s::timestamptz IS NULL OR "timestamp" < %(after_time)s)
ORDER BY "timestamp" DESC
LIMIT %(limit)s
"""

_BARS: Final = """
SELECT "timestamp", open, high, low, close, volume, vwap
FROM {table}
WHERE symbol = %(symbol)s AND "timestamp" <= %(last)s AND "timestamp" >= coalesce(
    (SELECT "timestamp" FROM {table}
     WHERE symbol = %(symbol)s AND "timestamp" <= %(first)s
     ORDER BY "timestamp" DESC OFFSET %(before)s LIMIT 1),
    '-infinity')
ORDER BY "timestamp"
"""


class CandlestickQueries:
    """Read candlesticks and their bars; raises Unavailable, Rejected for a `next` not of ours.

    regular : tells which starts (n,), unix ms, lie in regular hours; other minutes are stored, but
    nobody judges them.
    """

    def __init__(self, database: Database, regular: Regular) -> None:
        self._database = database
        self._regular = regular

    def candlesticks(
        self,
        symbol: str,
        *,
        names: Sequence[str] = CANDLE_NAMES,
        timeframe: str = "1min",
        period: Period = ALWAYS,
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """Return the bars of a symbol that completed one of the named candlesticks.

        A row has timestamp, timeframe and `candles`: by name whether it is bearish.
        """
        wanted = {
            "symbol": symbol,
            "timeframe": timeframe,
            "bits": sum(1 << CANDLE_NAMES.index(name) for name in set(names)),
            "start": period.start,
            "end": period.end,
            "after_time": place_of(after).time,
        }
        query = _CANDLESTICKS.format(table=indicator_table(timeframe))
        found = rows_of(self._database, query, wanted, limit)
        return page_of([_with_candles(row, timeframe) for row in found], limit, "timestamp")

    def windows(
        self, symbol: str, timeframe: str, rows: Sequence[Row], n_bars: int
    ) -> list[Float64]:
        """Return the last judged bars, at most `n_bars`, up to that of each row, newest row first.

        There is at least one row. Each answer is (n, 6) open, high, low, close in USD, volume,
        vwap, oldest first; empty where the row's own bar is not stored.
        """
        wanted = {
            "symbol": symbol,
            "first": rows[-1]["timestamp"],
            "last": rows[0]["timestamp"],
            "before": n_bars - 1 + (EXTENDED_BARS if timeframe == FILTERED else 0),
        }
        query = _BARS.format(table=bars_table(timeframe))

        def work(cursor: Cursor) -> list[tuple[Any, ...]]:
            cursor.execute(query, wanted)
            return cursor.fetchall()

        bars = self._database.run(work)
        if timeframe == FILTERED:
            start_ms = np.array([bar[0].timestamp() * 1000 for bar in bars], np.int64)
            bars = [bars[i] for i in np.flatnonzero(self._regular(start_ms)).tolist()]
        place = {bar[0]: i for i, bar in enumerate(bars)}
        prices = np.array([bar[1:] for bar in bars], np.float64).reshape(-1, 6)
        ends = [place.get(row["timestamp"], -1) + 1 for row in rows]
        return [prices[max(end - n_bars, 0) : end] for end in ends]


def _with_candles(row: Row, timeframe: str) -> Row:
    found = {
        name: bool(row["candles_bearish"] >> bit & 1)
        for bit, name in enumerate(CANDLE_NAMES)
        if row["candles"] >> bit & 1
    }
    return {"timeframe": timeframe, "timestamp": row["timestamp"], "candles": found}
