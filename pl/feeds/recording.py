"""Read recorded trades or minute bars from Parquet, a day at a time, merged by time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pl.feeds.trade_rules import RegularHours
from pl.feeds.typical import typical_price
from pl.market.batches import MINUTE_MS, UPDATES_ALL, BarBatch, Int64, SymbolTable, TradeBatch
from pl.market.conditions import lean_rules
from service.errors import InvalidData

TRADES: Final = ("symbol", "t", "price", "size")
BARS: Final = ("symbol", "t", "open", "high", "low", "close", "volume")
OPTIONAL: Final = ("cond_flags", "susp")
SECOND_MS: Final = 1_000
DAY_SEQUENCES: Final = 10**9
"""Room for the sequence numbers of a day, so that they do not depend on where a replay starts."""

Batch = TypeVar("Batch", TradeBatch, BarBatch)
Slice = Callable[[slice, float], TradeBatch | BarBatch]


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """Hold a day in order of time.

    t_ms : (n,) int64, a trade's time or the start of a bar; due_ms : (n,) int64, when the row
    is known, a trade at once and a bar at its end;
    cut : rows and their arrival (unix seconds) -> a batch.
    """

    t_ms: Int64
    due_ms: Int64
    cut: Slice


class Recording:
    """Open a Parquet file or folder of trades or bars.

    Columns: `symbol`, `t` (unix ms UTC; of a bar its start), and `price`, `size` (and LEAN's
    `cond_flags`, `susp`) or `open`, `high`, `low`, `close`, `volume`. With a column `date` it
    is read a day at a time. Bars last a minute, or a second when one starts off the minute.

    Raises: InvalidData when the columns are others, or there is no such file.
    """

    def __init__(self, path: Path, table: SymbolTable, regular_hours: RegularHours) -> None:
        self._table = table
        self._regular_hours = regular_hours
        self._dataset = _open(path)
        names = set(self._dataset.schema.names)
        if not (names >= set(TRADES) or names >= set(BARS)):
            expected = f"{', '.join(TRADES)} or {', '.join(BARS)}"
            raise InvalidData(str(path), f"expected columns {expected}, found {sorted(names)}")
        self._holds_trades = names >= set(TRADES)
        self._columns = [
            *(TRADES if self._holds_trades else BARS),
            *(name for name in OPTIONAL if name in names),
        ]
        self._dated = "date" in names
        self.foreign = 0
        self.foreign_symbols: set[str] = set()

    def days(self) -> Iterator[RecordedDay]:
        """Yield the days in order; rows of symbols outside the table are counted as foreign."""
        for n, chosen in enumerate(self._portions()):
            loaded = self._dataset.to_table(columns=self._columns, filter=chosen)
            yield self._day(loaded, n * DAY_SEQUENCES)

    def _portions(self) -> list[Any]:
        if not self._dated:
            return [None]
        found = self._dataset.to_table(columns=["date"])["date"].unique()
        return [ds.field("date") == day for day in sorted(found.to_pylist())]

    def _day(self, loaded: pa.Table, first_sequence: int) -> RecordedDay:
        row = self._rows(loaded["symbol"])
        columns = {name: loaded[name].to_numpy() for name in self._columns if name != "symbol"}
        order = np.argsort(columns["t"], kind="stable")
        order = order[row[order] >= 0]
        self.foreign += len(row) - len(order)
        chosen = {name: column[order] for name, column in columns.items()}
        chosen["row"] = row[order]
        return self._trades(chosen, first_sequence) if self._holds_trades else _bars(chosen)

    def _rows(self, symbols: pa.ChunkedArray) -> npt.NDArray[np.int32]:
        if not pa.types.is_dictionary(symbols.type):
            symbols = symbols.dictionary_encode()
        codes = symbols.unify_dictionaries().combine_chunks()
        symbols = codes.dictionary.to_pylist()
        rows = [self._table.row(symbol) for symbol in symbols]
        self.foreign_symbols |= {
            str(symbol) for symbol, row in zip(symbols, rows, strict=True) if row < 0
        }
        found: npt.NDArray[np.int32] = np.array([*rows, -1], np.int32)[codes.indices.to_numpy()]
        return found

    def _trades(self, columns: dict[str, Any], first_sequence: int) -> RecordedDay:
        t_ms = columns["t"].astype(np.int64)
        whole = TradeBatch(
            row=columns["row"],
            t_ms=t_ms,
            price=columns["price"].astype(np.float64),
            size=columns["size"].astype(np.float64),
            rule=self._rules(columns, t_ms),
            sequence=np.arange(first_sequence + 1, first_sequence + 1 + len(t_ms), dtype=np.int64),
            received_at=0.0,
        )
        return RecordedDay(t_ms, t_ms, lambda rows, at: _cut(whole, rows, at))

    def _rules(self, columns: dict[str, Any], t_ms: Int64) -> npt.NDArray[np.uint8]:
        if "cond_flags" not in columns:
            return np.full(len(t_ms), UPDATES_ALL, np.uint8)
        suspicious = columns.get("susp", np.zeros(len(t_ms), np.int8)) != 0
        flags = columns["cond_flags"].astype(np.int64)
        return lean_rules(flags, suspicious, self._regular_hours(t_ms))


def recorded_symbols(path: Path) -> tuple[str, ...]:
    """Return the symbols of a recording in alphabetical order; raises InvalidData."""
    recording = _open(path)
    if "symbol" not in recording.schema.names:
        raise InvalidData(str(path), "expected a column symbol")
    found: set[str | None] = set()
    for batch in recording.to_batches(columns=["symbol"]):
        found.update(pc.unique(batch["symbol"]).to_pylist())
    return tuple(sorted(filter(None, found)))


def _open(path: Path) -> Any:
    try:
        return ds.dataset(path, format="parquet")
    except (OSError, pa.ArrowException) as error:
        raise InvalidData(str(path), str(error)) from error


def _bars(columns: dict[str, Any]) -> RecordedDay:
    ohlc = {name: columns[name].astype(np.float64) for name in ("open", "high", "low", "close")}
    start_ms = columns["t"].astype(np.int64)
    span_ms = SECOND_MS if (start_ms % MINUTE_MS).any() else MINUTE_MS
    whole = BarBatch(
        row=columns["row"],
        start_ms=start_ms,
        **ohlc,
        volume=columns["volume"].astype(np.float64),
        vwap=typical_price(ohlc["high"], ohlc["low"], ohlc["close"]),
        trade_count=np.zeros(len(start_ms), np.int32),
        span_ms=span_ms,
        received_at=0.0,
    )
    return RecordedDay(start_ms, start_ms + span_ms, lambda rows, at: _cut(whole, rows, at))


def _cut(whole: Batch, rows: slice, received_at: float) -> Batch:
    arrays: dict[str, Any] = {
        field.name: column[rows]
        for field in fields(whole)
        if isinstance(column := getattr(whole, field.name), np.ndarray)
    }
    return replace(whole, **arrays, received_at=received_at)
