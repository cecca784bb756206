"""Keep closes on disk while PostgreSQL is away, and bring them there afterwards, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

import msgspec
import numpy as np

from pl.market.batches import ClosedBars
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.store.closes import Close, CloseStore, bars_of, rows_of
from pl.store.spool import Spool

MOST_ROWS: Final = 40_000
"""Rows of a record: some 17 MB."""

_BAR_TYPES: Final[dict[str, Any]] = {
    field.name: getattr(ClosedBars.empty(), field.name).dtype for field in fields(ClosedBars)
}
_INDICATOR_TYPES: Final[dict[str, Any]] = {
    "row": np.dtype(np.int32),
    "start_ms": np.dtype(np.int64),
    "patterns": np.dtype(np.int64),
    "candles": np.dtype(np.int64),
    "candles_bearish": np.dtype(np.int64),
} | dict.fromkeys(INDICATOR_NAMES, np.dtype(np.float32))


class _Record(msgspec.Struct):
    """Name symbols and columns, so that a later start with other symbols can read it."""

    symbols: list[str]
    bars: dict[str, bytes]
    indicators: dict[str, bytes]
    timeframe: str = "1min"


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Record).decode


class SpooledCloses:
    """Take the closes that PostgreSQL would have got; they are on disk when `append` returns."""

    def __init__(self, spool: Spool, store: CloseStore) -> None:
        self._spool = spool
        self._store = store

    @property
    def waiting(self) -> int:
        """Return how many records are still to be drained."""
        return self._spool.waiting

    @property
    def damaged(self) -> int:
        """Return how many bytes of records could not be read when this began."""
        return self._spool.damaged

    def append(self, close: Close, symbols: Sequence[str]) -> None:
        """Keep what CloseStore.write would have stored; raises OSError when the disk refuses."""
        for part in _parts(close):
            self._spool.append(_encode(_as_record(part, symbols)))

    def drain(self, most: int | None = None) -> int:
        """Store at most so many records, all by default; returns how many were.

        Raises Unavailable; what is left then stays.
        """
        return self._spool.drain(self._apply, most)

    def _apply(self, body: bytes) -> None:
        try:
            record = _decode(body)
            close = Close(_bars(record.bars), _indicators(record.indicators), record.timeframe)
        except (msgspec.MsgspecError, KeyError, ValueError) as error:
            kept = self._spool.set_aside(body)
            why = f"{error} (kept in {kept})"
            self._store.refuse(f"a spooled record of {len(body)} bytes", why)
            return
        self._store.write(close, record.symbols)


def _parts(close: Close) -> Iterator[Close]:
    for at in range(0, max(len(close.bars), len(close.indicators)), MOST_ROWS):
        end = at + MOST_ROWS
        bars, rows = bars_of(close.bars, at, end), rows_of(close.indicators, at, end)
        yield Close(bars, rows, close.timeframe)


def _as_record(close: Close, symbols: Sequence[str]) -> _Record:
    rows = np.unique(np.concatenate([close.bars.row, close.indicators.row]))
    bars: dict[str, Any] = {name: getattr(close.bars, name) for name in _BAR_TYPES}
    table = close.indicators
    indicators: dict[str, Any] = {
        "row": table.row,
        "start_ms": table.start_ms,
        "patterns": table.patterns,
        "candles": table.candles[:, 0],
        "candles_bearish": table.candles[:, 1],
    }
    indicators |= {name: table.column(name) for name in INDICATOR_NAMES}
    for columns in (bars, indicators):
        columns["row"] = np.searchsorted(rows, columns["row"])
    return _Record(
        [symbols[row] for row in rows.tolist()],
        _packed(bars, _BAR_TYPES),
        _packed(indicators, _INDICATOR_TYPES),
        close.timeframe,
    )


def _packed(columns: dict[str, Any], kinds: dict[str, Any]) -> dict[str, bytes]:
    with np.errstate(over="ignore"):  # beyond float32 a value is infinite, as it is stored
        return {name: columns[name].astype(kind).tobytes() for name, kind in kinds.items()}


def _bars(columns: dict[str, bytes]) -> ClosedBars:
    return ClosedBars(
        **{name: np.frombuffer(columns[name], kind) for name, kind in _BAR_TYPES.items()}
    )


def _indicators(columns: dict[str, bytes]) -> IndicatorTable:
    found = {name: np.frombuffer(columns[name], kind) for name, kind in _INDICATOR_TYPES.items()}
    values = np.stack([found[name] for name in INDICATOR_NAMES], axis=1).astype(np.float64)
    candles = np.stack([found["candles"], found["candles_bearish"]], axis=1)
    return IndicatorTable(found["row"], found["start_ms"], values, found["patterns"], candles)
