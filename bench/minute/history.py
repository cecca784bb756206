"""Put the market's past into the database, and its future into a recording."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq

from bench.minute.longer import Longer
from bench.minute.market import TRADES, Minute, trade_times
from pl.market.columns import merged
from pl.store.bars import TIMEFRAMES, BarStore, bars_table
from pl.store.connection import Database
from pl.store.copy_binary import Column, encode_rows
from pl.store.partitions import moment

UNIVERSE_NAME: Final = "bench"
UNIVERSE_KEY: Final = "minute"
_TOGETHER: Final = 30
_COLUMNS: Final = 'symbol, "timestamp", open, high, low, close, volume, vwap, trade_count'
_LIKE: Final = "LIKE ohlcv_1min INCLUDING DEFAULTS INCLUDING CONSTRAINTS"


def load(url: str, symbols: Sequence[str], minutes: Iterable[Minute]) -> int:
    """Copy minutes into the database in the order in which a running market writes them.

    A month's table joins the partitions when it is full, which makes its indexes at once.
    Returns how many bars there are.
    """
    coded = np.array([symbol.encode() for symbol in symbols], np.bytes_)
    filled: dict[str, int] = {}
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        for group in _groups(minutes):
            table = f"ohlcv_1min_{moment(group[0].start_ms):%Y_%m}"
            if table not in filled:
                cursor.execute(f"CREATE TABLE {table} ({_LIKE})")
            copy = f"COPY {table} ({_COLUMNS}) FROM STDIN (FORMAT binary)"
            cursor.copy_expert(copy, io.BytesIO(_encoded(coded, group)))
            filled[table] = filled.get(table, 0) + len(symbols) * len(group)
        for table in filled:
            first = datetime.strptime(table[-7:], "%Y_%m").replace(tzinfo=UTC)
            after = (first + timedelta(days=31)).replace(day=1)
            cursor.execute(
                f"ALTER TABLE ohlcv_1min ATTACH PARTITION {table} FOR VALUES FROM (%s) TO (%s)",
                (first, after),
            )
    return sum(filled.values())


def load_longer(url: str, symbols: Sequence[str], longer: Longer) -> int:
    """Store the longer bars as a running market would have; return how many there are."""
    database = Database(url, application="tickstock-bench")
    store = BarStore(database)
    for timeframe in {name for name, _ in longer}:
        store.write_bars(
            merged([bars for name, bars in longer if name == timeframe]), symbols, timeframe
        )
    database.close()
    return sum(len(bars) for _, bars in longer)


def settle(url: str) -> None:
    """Leave the database as days of running would: vacuumed, its statistics known, its log reused.

    The segments of the log that the past was written to are there to be written over.
    """
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for timeframe in TIMEFRAMES:
                cursor.execute(f"VACUUM (ANALYZE) {bars_table(timeframe)}")
            cursor.execute("CHECKPOINT")


def claim_progress(url: str, producer: str, through_ms: int) -> None:
    """Say that an earlier run has evaluated every bar up to `through_ms` (unix ms)."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stream_progress (producer, name, through) VALUES (%s, 'signals', %s)",
            (producer, moment(through_ms)),
        )


def record(path: Path, symbols: Sequence[str], minutes: Iterable[Minute], seed: int) -> None:
    """Write the trades of minutes as a Parquet file that a replay plays."""
    names = pa.array(symbols)
    schema = pa.schema(
        [
            ("symbol", pa.dictionary(pa.int32(), pa.string())),
            ("t", pa.int64()),
            ("price", pa.float64()),
            ("size", pa.float64()),
        ]
    )
    rows = np.tile(np.arange(len(symbols), dtype=np.int32), TRADES)
    with pq.ParquetWriter(path, schema, compression="none") as writer:
        for minute in minutes:
            t_ms = trade_times(len(symbols), minute.start_ms, seed).ravel()
            order = np.argsort(t_ms, kind="stable")
            price = np.concatenate([minute.open, minute.extreme, minute.close])[order]
            size = np.tile(minute.volume / TRADES, TRADES)[order]
            symbol = pa.DictionaryArray.from_arrays(pa.array(rows[order]), names)
            writer.write_table(pa.table([symbol, t_ms[order], price, size], schema=schema))


def _groups(minutes: Iterable[Minute]) -> Iterator[list[Minute]]:
    """Yield some minutes at a time, never of two months."""
    for _, of_month in groupby(minutes, lambda one: moment(one.start_ms).month):
        while group := list(islice(of_month, _TOGETHER)):
            yield group


def _encoded(coded: "np.ndarray", group: Sequence[Minute]) -> bytes:
    def column(name: str) -> Column:
        return Column("float8", np.concatenate([getattr(one, name) for one in group]))

    n_symbols = len(coded)
    starts = np.repeat(np.array([one.start_ms for one in group], np.int64), n_symbols)
    return encode_rows(
        [
            Column("text", np.tile(coded, len(group))),
            Column("timestamptz", starts),
            *(column(name) for name in ("open", "high", "low", "close", "volume", "vwap")),
            Column("int4", np.full(len(starts), TRADES)),
        ]
    )
