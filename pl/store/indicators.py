"""Write indicators: one wide row a symbol and closed bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import psycopg2.errors

from pl.signals.indicators.names import INDICATOR_NAMES
from pl.store.connection import Cursor, Database
from pl.store.copy_binary import copy_in
from pl.store.partitions import ensure_daily

if TYPE_CHECKING:  # the table's module loads the compiler, which readers have no use for
    from pl.market.batches import Int64
    from pl.signals.table import IndicatorTable

_KEY: Final = 'symbol, timeframe, "timestamp"'
_FACTS: Final = ("patterns", "candles", "candles_bearish", *INDICATOR_NAMES)
_COLUMNS: Final = f"{_KEY}, {', '.join(_FACTS)}"
_ASSIGNED: Final = ", ".join(f"{name} = excluded.{name}" for name in _FACTS)
_ABSENT: Final = """
SELECT FROM unnest(%(symbols)s::text[], %(starts)s::bigint[]) AS wanted(symbol, start_ms)
WHERE NOT EXISTS (
    SELECT FROM {table} AS stored
    WHERE stored.symbol = wanted.symbol AND stored.timeframe = %(timeframe)s
      AND stored."timestamp" = to_timestamp(wanted.start_ms / 1000.0)
)
LIMIT 1
"""


def indicator_table(timeframe: str) -> str:
    """Return the table that holds the indicators of a timeframe."""
    daily = timeframe in {"daily", "weekly"}
    return "indicator_rows_daily" if daily else "indicator_rows_intraday"


class IndicatorStore:
    """Keep indicators; raises Unavailable while PostgreSQL is away. Writes may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write_indicators(
        self,
        table: "IndicatorTable",
        symbols: Sequence[str],
        timeframe: str = "1min",
        *,
        are_new: bool = True,
    ) -> None:
        """Store rows; one for the same bar replaces what is stored, because it was computed later.

        symbols : the symbol of each `table.row`; are_new : none is expected to be stored, which is
        tried first. NaN is stored as NULL.
        """
        if not len(table):
            return
        raw = _encode(table, symbols, timeframe)
        if not (are_new and self._copied(table, raw, timeframe)):
            self._merge(table, raw, timeframe, f"UPDATE SET {_ASSIGNED}")

    def add_indicators(
        self, table: "IndicatorTable", symbols: Sequence[str], timeframe: str
    ) -> None:
        """Store the rows of bars that have none."""
        if len(table):
            self._merge(table, _encode(table, symbols, timeframe), timeframe, "NOTHING")

    def holds(self, symbols: Sequence[str], start_ms: "Int64", timeframe: str) -> bool:
        """Tell whether there is a row of each symbol's bar that starts at its `start_ms`."""
        query = _ABSENT.format(table=indicator_table(timeframe))
        asked = {"symbols": list(symbols), "starts": start_ms.tolist(), "timeframe": timeframe}

        def work(cursor: Cursor) -> bool:
            cursor.execute(query, asked)
            return cursor.fetchone() is None

        return self._database.run(work)

    def _copied(self, table: "IndicatorTable", raw: bytes, timeframe: str) -> bool:
        target = indicator_table(timeframe)

        def work(cursor: Cursor) -> None:
            ensure_daily(cursor, target, table.start_ms)
            copy_in(cursor, f"{target} ({_COLUMNS})", raw)

        try:
            self._database.run(work)
        except psycopg2.errors.UniqueViolation:
            return False
        return True

    def _merge(self, table: "IndicatorTable", raw: bytes, timeframe: str, known: str) -> None:
        """Store rows, and do what is `known` of those for which there is one."""
        target = indicator_table(timeframe)

        def work(cursor: Cursor) -> None:
            ensure_daily(cursor, target, table.start_ms)
            cursor.execute(
                "CREATE TEMPORARY TABLE IF NOT EXISTS incoming_indicators"
                " (LIKE indicator_rows_intraday) ON COMMIT DELETE ROWS"
            )
            copy_in(cursor, f"incoming_indicators ({_COLUMNS})", raw)
            cursor.execute(
                f"INSERT INTO {target} ({_COLUMNS})"  # noqa: S608 - constants of this module
                f" SELECT {_COLUMNS} FROM incoming_indicators"
                f" ON CONFLICT ({_KEY}) DO {known}"
            )

        self._database.run(work)


def _encode(table: "IndicatorTable", symbols: Sequence[str], timeframe: str) -> bytes:
    from pl.store.wide_rows import encode_table

    return encode_table(table, symbols, timeframe)
