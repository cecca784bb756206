"""Read stored bars as columns."""

import io
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import ClosedBars, Int64
from pl.store.bars import bars_table
from pl.store.connection import Cursor, Database
from pl.store.copy_binary import decode_rows
from pl.store.partitions import moment

FILTERED: Final = "1min"
"""The timeframe that holds bars outside regular hours, which no engine holds."""
Regular = Callable[[Int64], npt.NDArray[np.bool_]]

KINDS: Final = {
    "row": "int4",
    "start_ms": "timestamptz",
    "open": "float8",
    "high": "float8",
    "low": "float8",
    "close": "float8",
    "volume": "float8",
    "vwap": "float8",
    "trade_count": "int4",
    "revision": "int4",
    "quality": "int2",
}
SELECTED: Final = (
    'asked.row::int4 - 1, bar."timestamp", bar.open, bar.high, bar.low, bar.close, bar.volume,'
    " bar.vwap, bar.trade_count, bar.revision, bar.quality"
)
_LAST: Final = """
COPY (
    SELECT {selected}
    FROM unnest(%(symbols)s::text[]) WITH ORDINALITY AS asked (symbol, row)
    CROSS JOIN LATERAL (
        SELECT * FROM {table}
        WHERE symbol = asked.symbol AND "timestamp" < %(before)s
        ORDER BY "timestamp" DESC LIMIT %(n)s
    ) AS bar
    ORDER BY asked.row, bar."timestamp"
) TO STDOUT (FORMAT binary)
"""
_BETWEEN: Final = """
COPY (
    SELECT {selected}
    FROM unnest(%(symbols)s::text[]) WITH ORDINALITY AS asked (symbol, row)
    JOIN {table} AS bar USING (symbol)
    WHERE bar."timestamp" >= %(since)s AND bar."timestamp" < %(before)s
    ORDER BY bar."timestamp", asked.row
) TO STDOUT (FORMAT binary)
"""
_THROUGH: Final = """
SELECT coalesce((
    SELECT round(extract(epoch FROM "timestamp") * 1000)::bigint FROM {table}
    WHERE symbol = asked.symbol ORDER BY "timestamp" DESC LIMIT 1
), -1)
FROM unnest(%s::text[]) WITH ORDINALITY AS asked (symbol, row)
ORDER BY asked.row
"""


class BarHistory:
    """Read bars; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_bars(
        self, symbols: Sequence[str], n: int, before_ms: int, timeframe: str = "1min"
    ) -> dict[str, ClosedBars]:
        """Return up to `n` bars that start before `before_ms` of each symbol, oldest first.

        `row` is the index in `symbols`; a symbol without bars has an empty entry.
        """
        query = _LAST.format(selected=SELECTED, table=bars_table(timeframe))
        found = self._columns(query, symbols, before=moment(before_ms), n=n)
        edges = np.searchsorted(found.row, np.arange(len(symbols) + 1))
        return {
            symbol: found.take(np.arange(edges[row], edges[row + 1]))
            for row, symbol in enumerate(symbols)
        }

    def bars_between(
        self, symbols: Sequence[str], since_ms: int, before_ms: int, timeframe: str = "1min"
    ) -> ClosedBars:
        """Return the bars that start in [since_ms, before_ms), sorted by (start_ms, row)."""
        query = _BETWEEN.format(selected=SELECTED, table=bars_table(timeframe))
        return self._columns(query, symbols, since=moment(since_ms), before=moment(before_ms))

    def bars_through(self, symbols: Sequence[str], timeframe: str = "1min") -> Int64:
        """Return the start of the last bar of each symbol in unix milliseconds, -1 for none."""

        def work(cursor: Cursor) -> Int64:
            cursor.execute(_THROUGH.format(table=bars_table(timeframe)), (list(symbols),))
            return np.array([row[0] for row in cursor.fetchall()], np.int64)

        return self._database.run(work)

    def _columns(self, query: str, symbols: Sequence[str], **bounds: object) -> ClosedBars:
        def work(cursor: Cursor) -> bytes:
            raw = io.BytesIO()
            cursor.copy_expert(cursor.mogrify(query, {"symbols": list(symbols)} | bounds), raw)
            return raw.getvalue()

        columns = decode_rows(self._database.run(work), KINDS)
        columns["quality"] = columns["quality"].astype(np.uint8)
        return ClosedBars(**columns)
