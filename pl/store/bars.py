"""Write bars: one binary COPY for what is there for the first time, an upsert for revisions."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import psycopg2.errors

from pl.market.batches import QUALITY_OFFICIAL, QUALITY_PARTIAL, ClosedBars
from pl.store.connection import Cursor, Database
from pl.store.copy_binary import Array, Column, copy_in, encode_rows
from pl.store.partitions import ensure_partitions

TIMEFRAMES: Final = ("1min", "5min", "15min", "1hour", "daily", "weekly")

_COLUMNS: Final = (
    'symbol, "timestamp", open, high, low, close, volume, vwap, trade_count, revision, quality'
)
_FACTS: Final = ("open", "high", "low", "close", "volume", "vwap", "trade_count")
_ASSIGNED: Final = ", ".join(f"{name} = excluded.{name}" for name in _FACTS)
_CHANGED: Final = " OR ".join(f"excluded.{name} <> stored.{name}" for name in _FACTS)
_NEWER: Final = (
    "excluded.revision > stored.revision OR (excluded.revision = stored.revision"
    f" AND excluded.quality <> stored.quality AND NOT ({_CHANGED}))"
)
_OFFICIAL: Final = f"excluded.quality = {QUALITY_OFFICIAL}"
_FOLDED: Final = f"stored.quality <> {QUALITY_OFFICIAL}"
_COMPLETED: Final = f"stored.quality = {QUALITY_PARTIAL} AND excluded.quality <> {QUALITY_PARTIAL}"


def bars_table(timeframe: str) -> str:
    """Return the table of a timeframe; raises ValueError for one that does not exist."""
    if timeframe not in TIMEFRAMES:
        raise ValueError(f"timeframe: expected one of {', '.join(TIMEFRAMES)}, was {timeframe}")
    return f"ohlcv_{timeframe}"


class BarStore:
    """Keep bars; raises Unavailable while PostgreSQL is away. Every write may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write_bars(self, bars: ClosedBars, symbols: Sequence[str], timeframe: str = "1min") -> None:
        """Store bars; a stored one is replaced only by a higher revision.

        Of the same revision and values only the quality is taken over. An official day is
        replaced by none that is not.
        symbols : the symbol of each `bars.row`.
        """
        if not len(bars):
            return
        table = bars_table(timeframe)
        if bars.revision.any() or not self._copied(bars, symbols, table):
            self._upsert(bars, symbols, table, _NEWER, "excluded.revision")

    def replace_bars(
        self, bars: ClosedBars, symbols: Sequence[str], timeframe: str = "1min"
    ) -> None:
        """Store bars of a source that counts more than what is stored, such as REST history.

        A stored bar with other values is replaced under the next revision; one with the same
        values stays untouched, but is no longer called partial, and official from then on if
        that one is. An official day is replaced by none that is not.
        """
        if not len(bars):
            return
        condition = f"{_CHANGED} OR ({_COMPLETED}) OR ({_OFFICIAL} AND {_FOLDED})"
        next_revision = (
            f"greatest(excluded.revision, stored.revision + CASE WHEN {_CHANGED} THEN 1 ELSE 0 END)"
        )
        self._upsert(bars, symbols, bars_table(timeframe), condition, next_revision)

    def _copied(self, bars: ClosedBars, symbols: Sequence[str], table: str) -> bool:
        raw = _encode(bars, symbols)

        def work(cursor: Cursor) -> None:
            ensure_partitions(cursor, table, bars.start_ms.min(), bars.start_ms.max())
            copy_in(cursor, f"{table} ({_COLUMNS})", raw)

        try:
            self._database.run(work)
        except psycopg2.errors.UniqueViolation:
            return False
        return True

    def _upsert(
        self, bars: ClosedBars, symbols: Sequence[str], table: str, condition: str, revision: str
    ) -> None:
        raw = _encode(bars, symbols)
        merge = (
            f"INSERT INTO {table} AS stored ({_COLUMNS})"  # noqa: S608 - constants of this module
            f' SELECT DISTINCT ON (symbol, "timestamp") {_COLUMNS} FROM incoming_bars'
            f' ORDER BY symbol, "timestamp", revision DESC'
            f' ON CONFLICT (symbol, "timestamp") DO UPDATE'
            f" SET {_ASSIGNED}, quality = excluded.quality, revision = {revision}"
            f" WHERE ({condition}) AND ({_OFFICIAL} OR {_FOLDED})"
        )

        def work(cursor: Cursor) -> None:
            ensure_partitions(cursor, table, bars.start_ms.min(), bars.start_ms.max())
            cursor.execute(
                "CREATE TEMPORARY TABLE IF NOT EXISTS incoming_bars (LIKE ohlcv_1min)"
                " ON COMMIT DELETE ROWS"
            )
            copy_in(cursor, f"incoming_bars ({_COLUMNS})", raw)
            cursor.execute(merge)

        self._database.run(work)


def symbol_column(row: Array, symbols: Sequence[str]) -> Column:
    """Return the text column of the symbols at `row`."""
    return Column("text", np.array([symbol.encode() for symbol in symbols], np.bytes_)[row])


def _encode(bars: ClosedBars, symbols: Sequence[str]) -> bytes:
    prices = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap)
    return encode_rows(
        [
            symbol_column(bars.row, symbols),
            Column("timestamptz", bars.start_ms),
            *(Column("float8", values) for values in prices),
            Column("int4", bars.trade_count),
            Column("int4", bars.revision),
            Column("int2", bars.quality),
        ]
    )
