"""Ask the database what a cache of bars must agree with, in one query for all symbols."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import Int64
from pl.store.bars import bars_table
from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

_TOTALS: Final = """
SELECT symbol, count(*), sum(revision), sum(quality) FROM {table} AS bar
WHERE "timestamp" >= %(since)s AND "timestamp" <= %(through)s AND ({hours})
GROUP BY symbol
"""
_TOTALS_FROM: Final = """
SELECT asked.symbol, count(*), sum(bar.revision), sum(bar.quality)
FROM unnest(%(symbols)s::text[], %(first)s::bigint[]) AS asked (symbol, first)
JOIN {table} AS bar
    ON bar.symbol = asked.symbol AND bar."timestamp" >= to_timestamp(asked.first / 1000.0)
WHERE bar."timestamp" >= %(since)s AND bar."timestamp" <= %(through)s AND ({hours})
GROUP BY asked.symbol
"""
_OLDER: Final = """
SELECT asked.row::int - 1
FROM unnest(%(symbols)s::text[], %(first)s::bigint[])
     WITH ORDINALITY AS asked (symbol, first, row)
WHERE EXISTS (
    SELECT FROM {table} AS bar
    WHERE bar.symbol = asked.symbol AND bar."timestamp" < to_timestamp(asked.first / 1000.0)
)
"""

Hours = Sequence[tuple[int, int]]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Marks:
    """Hold what n symbols' bars come to, (n,) int64 each: how many, revisions, qualities."""

    n_bars: Int64
    revisions: Int64
    qualities: Int64

    def agree(self, other: "Marks") -> Bool:
        """Tell of each symbol whether both say the same, (n,) bool."""
        same: Bool = (
            (self.n_bars == other.n_bars)
            & (self.revisions == other.revisions)
            & (self.qualities == other.qualities)
        )
        return same


class MarkReader:
    """Read marks; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(
        self,
        symbols: Sequence[str],
        since_ms: int,
        through_ms: int,
        timeframe: str,
        *,
        hours: Hours = (),
        first_ms: Int64 | None = None,
    ) -> Marks:
        """Return what each symbol's bars from `since_ms` to `through_ms` (unix ms) come to.

        hours : [from, to) in unix ms outside of which bars do not count; none given, all count;
        first_ms : (n,) where the bars of each symbol begin, for few symbols or bars: they are
        found by index instead of by reading the whole time.
        """
        template = _TOTALS if first_ms is None else _TOTALS_FROM
        query = template.format(table=bars_table(timeframe), hours=_within(hours))
        bounds: dict[str, object] = {"since": moment(since_ms), "through": moment(through_ms)}
        if first_ms is not None:
            bounds |= _asked(symbols, first_ms)
        rows = {symbol: row for row, symbol in enumerate(symbols)}
        found = np.zeros((3, len(symbols)), np.int64)

        def work(cursor: Cursor) -> None:
            cursor.execute(query, bounds)
            for symbol, *sums in cursor.fetchall():
                if symbol in rows:
                    found[:, rows[symbol]] = sums

        self._database.run(work)
        return Marks(found[0], found[1], found[2])

    def have_older(self, symbols: Sequence[str], first_ms: Int64, timeframe: str) -> Int64:
        """Return the places of the symbols with a bar before their own `first_ms` (unix ms)."""
        query = _OLDER.format(table=bars_table(timeframe))

        def work(cursor: Cursor) -> Int64:
            cursor.execute(query, _asked(symbols, first_ms))
            return np.array([row for (row,) in cursor.fetchall()], np.int64)

        return self._database.run(work)


def _asked(symbols: Sequence[str], first_ms: Int64) -> dict[str, object]:
    return {"symbols": list(symbols), "first": first_ms.tolist()}


def _within(hours: Hours) -> str:
    spans = (
        f"bar.\"timestamp\" >= '{moment(since)}' AND bar.\"timestamp\" < '{moment(until)}'"
        for since, until in hours
    )
    return " OR ".join(spans) or "true"
