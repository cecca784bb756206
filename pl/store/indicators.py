"""Write indicators: one wide row a symbol and closed bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import psycopg2.errors

from pl.signals.indicators.names import INDICATOR_NAMES
from pl.store.bars import symbol_column
from pl.store.connection import Cursor, Database
from pl.store.copy_binary import Column, copy_in, encode_rows
from pl.store.partitions import ensure_partitions

if TYPE_CHECKING:  # the table's module loads the compiler, which readers have no use for
    from pl.signals.table import IndicatorTable

_KEY: Final = 'symbol, timeframe, "timestamp"'
_FACTS: Final = ("patterns", "candles", "candles_bearish", *INDICATOR_NAMES)
_COLUMNS: Final = f"{_KEY}, {', '.join(_FACTS)}"
_ASSIGNED: Final = ", ".join(f"{name} = excluded.{name}" for name in _FACTS)


def indicator_table(timeframe: str) -> str:
    """Return the table that holds the indicators of a timeframe."""
    daily = timeframe in {"daily", "weekly"}
    return "indicator_rows_daily" if daily else "indicator_rows_intraday"


class IndicatorStore:
    """Keep indicators; raises Unavailable while PostgreSQL is away. Writes may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write_indicators(
        self, table: "IndicatorTable", symbols: Sequence[str], timeframe: str = "1min"
    ) -> None:
        """Store rows; one for the same bar replaces what is stored, because it was computed later.

        symbols : the symbol of each `table.row`. NaN is stored as NULL.
        """
        if not len(table):
            return
        raw = _encode(table, symbols, timeframe)
        try:
            self._write(table, raw, timeframe, into=indicator_table(timeframe))
        except psycopg2.errors.UniqueViolation:
            self._write(table, raw, timeframe, into="incoming_indicators")

    def _write(self, table: "IndicatorTable", raw: bytes, timeframe: str, into: str) -> None:
        target = indicator_table(timeframe)

        def work(cursor: Cursor) -> None:
            ensure_partitions(cursor, target, table.start_ms.min(), table.start_ms.max())
            if into != target:
                cursor.execute(
                    "CREATE TEMPORARY TABLE IF NOT EXISTS incoming_indicators"
                    " (LIKE indicator_rows_intraday) ON COMMIT DELETE ROWS"
                )
            copy_in(cursor, f"{into} ({_COLUMNS})", raw)
            if into != target:
                cursor.execute(
                    f"INSERT INTO {target} ({_COLUMNS})"  # noqa: S608 - constants of this module
                    f" SELECT {_COLUMNS} FROM incoming_indicators"
                    f" ON CONFLICT ({_KEY}) DO UPDATE SET {_ASSIGNED}"
                )

        self._database.run(work)


def _encode(table: "IndicatorTable", symbols: Sequence[str], timeframe: str) -> bytes:
    return encode_rows(
        [
            symbol_column(table.row, symbols),
            symbol_column(table.row * 0, [timeframe]),
            Column("timestamptz", table.start_ms),
            Column("int8", table.patterns),
            Column("int8", table.candles[:, 0]),
            Column("int8", table.candles[:, 1]),
            Column("float4", table.values, nan_is_null=True),
        ]
    )
