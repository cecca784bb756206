"""Ask the database what a cache of bars must agree with, in one query for all symbols."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Int64
from pl.store.bars import bars_table
from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

_MARKS: Final = """
SELECT asked.row::int - 1, count(*), sum(bar.revision), sum(bar.quality)
FROM unnest(%(symbols)s::text[], %(first)s::timestamptz[])
     WITH ORDINALITY AS asked (symbol, first, row)
JOIN {table} AS bar ON bar.symbol = asked.symbol AND bar."timestamp" >= asked.first
WHERE bar."timestamp" >= %(since)s AND bar."timestamp" <= %(through)s AND ({hours})
GROUP BY asked.row
"""
_OLDER: Final = """
SELECT asked.row::int - 1
FROM unnest(%(symbols)s::text[], %(first)s::timestamptz[])
     WITH ORDINALITY AS asked (symbol, first, row)
WHERE EXISTS (
    SELECT FROM {table} AS bar
    WHERE bar.symbol = asked.symbol AND bar."timestamp" < asked.first
)
"""

Hours = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Marks:
    """Hold what n symbols' bars come to, (n,) int64 each: how many, revisions, qualities."""

    n_bars: Int64
    revisions: Int64
    qualities: Int64

    def agree(self, other: "Marks") -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Tell of each symbol whether both say the same, (n,) bool."""
        same: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            (self.n_bars == other.n_bars)
            & (self.revisions == other.revisions)
            & (self.qualities == other.qualities)
        )
        return same


class MarkReader:
    """Read marks; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def marks(
        self,
        symbols: Sequence[str],
        first_ms: Int64,
        through_ms: int,
        timeframe: str,
        hours: Hours = (),
    ) -> Marks:
        """Return the marks of each symbol's bars from its own first one to `through_ms`.

        first_ms : (n,) unix ms; hours : [from, to) in unix ms outside of which bars do not count;
        none given, all count.
        """
        inside = " OR ".join(
            f"bar.\"timestamp\" >= '{moment(since)}' AND bar.\"timestamp\" < '{moment(until)}'"
            for since, until in hours
        )
        query = _MARKS.format(table=bars_table(timeframe), hours=inside or "true")
        bounds = {
            "symbols": list(symbols),
            "first": [moment(int(ms)) for ms in first_ms],
            "since": moment(int(first_ms.min(initial=through_ms))),
            "through": moment(through_ms),
        }
        found = np.zeros((3, len(symbols)), np.int64)

        def work(cursor: Cursor) -> None:
            cursor.execute(query, bounds)
            for row, *sums in cursor.fetchall():
                found[:, row] = sums

        self._database.run(work)
        return Marks(found[0], found[1], found[2])

    def have_older(self, symbols: Sequence[str], first_ms: Int64, timeframe: str) -> Int64:
        """Return the places of the symbols that have a bar before their own `first_ms` (unix ms)."""
        query = _OLDER.format(table=bars_table(timeframe))
        bounds = {"symbols": list(symbols), "first": [moment(int(ms)) for ms in first_ms]}

        def work(cursor: Cursor) -> Int64:
            cursor.execute(query, bounds)
            return np.array([row for (row,) in cursor.fetchall()], np.int64)

        return self._database.run(work)
