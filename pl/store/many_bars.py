"""Read the last bars of a whole market: the time they cover once, not a symbol after the other."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars
from pl.store.bars import bars_table
from pl.store.connection import Cursor, Database
from pl.store.copy_binary import Array, decode_rows
from pl.store.history import KINDS, SELECTED, BarHistory
from pl.store.marks import MarkReader
from pl.store.partitions import moment

MANY: Final = 1_000
"""So many symbols are more than an index should be asked for, one by one."""
PROBES: Final = 64
"""Symbols that tell how far back the market's last bars reach."""
SLICE_MS: Final = 86_400_000
AT_ONCE: Final = 250

# A join by hash, whatever the planner thinks of 11,000 names: 9.5 million look-ups in an index
# read as many pages, one after the other.
_BY_HASH: Final = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off"
_RANGE: Final = """
COPY (
    SELECT {selected}
    FROM (
        SELECT symbol, min(row) AS row
        FROM unnest(%(symbols)s::text[]) WITH ORDINALITY AS given (symbol, row) GROUP BY symbol
    ) AS asked
    JOIN {table} AS bar USING (symbol)
    WHERE bar."timestamp" >= %(since)s AND bar."timestamp" < %(before)s
) TO STDOUT (FORMAT binary)
"""


class ManyBars:
    """Read bars of thousands of symbols; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database, history: BarHistory, marks: MarkReader) -> None:
        self._database = database
        self._history = history
        self._marks = marks

    def last_bars(
        self, symbols: Sequence[str], n: int, before_ms: int, timeframe: str
    ) -> dict[str, ClosedBars]:
        """Return up to `n` bars that start before `before_ms` of each symbol, oldest first.

        The time that the last bars of some of them cover is read once for all; who has fewer bars
        in it, and older ones, is asked for alone.
        """
        since_ms = self._reach_ms(symbols, n, before_ms, timeframe)
        bars = self.between(symbols, since_ms, before_ms, timeframe)
        edges = np.searchsorted(bars.row, np.arange(len(symbols) + 1))
        counts = np.diff(edges)
        found = {
            symbol: bars.part(edges[row] + max(counts[row] - n, 0), edges[row + 1])
            for row, symbol in enumerate(symbols)
        }
        short = [symbols[row] for row in np.flatnonzero(counts < n).tolist()]
        older = self._marks.have_older(short, np.full(len(short), since_ms), timeframe)
        rest = [short[place] for place in older.tolist()]
        for at in range(0, len(rest), AT_ONCE):
            part = rest[at : at + AT_ONCE]
            found |= self._history.last_bars(part, n, before_ms, timeframe)
        return numbered(found, symbols)

    def _reach_ms(self, symbols: Sequence[str], n: int, before_ms: int, timeframe: str) -> int:
        """Return where the last `n` bars of some of the symbols begin, unix ms."""
        probes = list(symbols[:: max(1, len(symbols) // PROBES)])
        found = self._history.last_bars(probes, n, before_ms, timeframe).values()
        return min((int(bars.start_ms[0]) for bars in found if len(bars)), default=before_ms)

    def between(
        self, symbols: Sequence[str], since_ms: int, before_ms: int, timeframe: str
    ) -> ClosedBars:
        """Return the bars that start in [since_ms, before_ms), sorted by (row, start_ms)."""
        query = _RANGE.format(selected=SELECTED, table=bars_table(timeframe))
        parts = [
            self._slice(query, symbols, begin_ms, min(begin_ms + SLICE_MS, before_ms))
            for begin_ms in range(since_ms, before_ms, SLICE_MS)
        ]
        if not parts:
            return ClosedBars.empty()
        columns = {name: np.concatenate([part[name] for part in parts]) for name in KINDS}
        parts.clear()
        columns["quality"] = columns["quality"].astype(np.uint8)
        bars = ClosedBars(**columns)
        return bars.take(_by_row_and_time(bars))

    def _slice(
        self, query: str, symbols: Sequence[str], begin_ms: int, end_ms: int
    ) -> dict[str, Array]:
        bounds = {"symbols": list(symbols), "since": moment(begin_ms), "before": moment(end_ms)}

        def work(cursor: Cursor) -> io.BytesIO:
            raw = io.BytesIO()
            cursor.execute(_BY_HASH)
            cursor.copy_expert(cursor.mogrify(query, bounds), raw)
            return raw

        with self._database.run(work).getbuffer() as raw:
            return decode_rows(raw, KINDS)


def _by_row_and_time(bars: ClosedBars) -> Array:
    """Return the order that sorts bars by (row, start_ms).

    They are stored minute after minute, so that sorting them by row alone mostly does it, which
    takes a tenth of the time where a row is a number of 16 bits.
    """
    narrow = bars.row.max(initial=0) < 2**16
    order = np.argsort(bars.row.astype(np.uint16) if narrow else bars.row, kind="stable")
    row, start = bars.row[order], bars.start_ms[order]
    if np.all((np.diff(start) > 0) | (np.diff(row) > 0)):
        return order
    return np.lexsort((bars.start_ms, bars.row))


def numbered(found: dict[str, ClosedBars], symbols: Sequence[str]) -> dict[str, ClosedBars]:
    """Return the bars of each symbol with `row` as its place in `symbols`."""
    rows = {symbol: row for row, symbol in enumerate(symbols)}
    return {
        symbol: replace(bars, row=np.full(len(bars), rows[symbol], np.int32))
        if len(bars) and bars.row[0] != rows[symbol]
        else bars
        for symbol, bars in found.items()
    }
