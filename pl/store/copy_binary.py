"""Turn columns into PostgreSQL's binary COPY format and back without a Python loop over rows.

Source: PostgreSQL documentation, COPY, "Binary Format". A row is a field count (int16) and for
each field its length (int32, -1 for NULL) and bytes, all big-endian.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pl.store.connection import Cursor

Array = npt.NDArray[Any]

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER: Final = b"\xff\xff"
POSTGRES_EPOCH_MS: Final = 946_684_800_000  # 2000-01-01 UTC in unix milliseconds
_WIRE: Final = {
    "float8": ">f8",
    "int8": ">i8",
    "int4": ">i4",
    "int2": ">i2",
}


@dataclass(frozen=True, slots=True)
class Column:
    """Hold one column, shape (n,), as PostgreSQL's `kind`.

    kind : text (values of dtype S), timestamptz (unix milliseconds), float8, int8, int4 or int2.
    """

    kind: str
    values: Array


def copy_in(cursor: Cursor, into: str, raw: bytes) -> None:
    """Copy a stream into a table, named with its columns, in one piece.

    Between two pieces, of 8 kB unless told, the interpreter may go to another thread each time.
    """
    cursor.copy_expert(
        f"COPY {into} FROM STDIN (FORMAT binary)", io.BytesIO(raw), size=len(raw) or 1
    )


def framed(rows: bytes | memoryview) -> bytes:
    """Return rows, each with its count of fields, as a stream."""
    return b"".join((_HEADER, rows, _TRAILER))


def encode_rows(columns: Sequence[Column]) -> bytes:
    """Return the columns as one binary COPY stream; all must have the same length.

    Rows may come in another order: those of the most frequent lengths go first, for rows of one
    shape need no look at each byte.
    """
    alike = _alike(columns)
    if alike is None or alike.all():
        return b"".join((_HEADER, _rows(columns), _TRAILER))
    parts = (_rows([_of(column, chosen) for column in columns]) for chosen in (alike, ~alike))
    return b"".join((_HEADER, *parts, _TRAILER))


def _alike(columns: Sequence[Column]) -> Array | None:
    """Return which rows (n,) are as long as most are; None when there are no rows."""
    if not len(columns[0].values):
        return None
    alike: Array = np.ones(len(columns[0].values), np.bool_)
    for column in columns:
        if column.kind == "text":
            sizes = np.strings.str_len(column.values)
            alike &= sizes == np.bincount(sizes).argmax()
    return alike


def _of(column: Column, chosen: Array) -> Column:
    return Column(column.kind, column.values[chosen])


def _rows(columns: Sequence[Column]) -> memoryview:
    """Return the rows of a stream without its header."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    values: dict[str, Array | int] = {"count": len(columns)}
    cut: list[tuple[str, Array]] = []
    for index, column in enumerate(columns):
        wire = _wire_values(column)
        lengths = _lengths(column, wire)
        fields += [(f"length{index}", ">i4"), (f"value{index}", _held(wire, lengths))]
        values[f"length{index}"] = lengths
        values[f"value{index}"] = wire
        if not isinstance(lengths, int):
            cut.append((f"value{index}", lengths))
    rows = np.zeros(len(columns[0].values), np.dtype(fields))
    for name, written in values.items():
        rows[name] = written
    return _cut(rows, cut)


def _cut(rows: Array, lengths: Sequence[tuple[str, Array]]) -> memoryview:
    """Return the bytes of rows; of the fields named only as many as each value takes."""
    if not lengths:
        return rows.view(np.uint8).data
    used = np.ones((len(rows), rows.dtype.itemsize), np.bool_)
    for name, taken in lengths:
        field, offset = rows.dtype.fields[name][:2]  # type: ignore[index]
        place = np.arange(field.itemsize)
        used[:, offset : offset + len(place)] = place < taken[:, None]
    return rows.view(np.uint8).reshape(used.shape)[used].data


def decode_rows(raw: bytes | memoryview, kinds: Mapping[str, str]) -> dict[str, Array]:
    """Return the columns of a binary COPY stream that has no NULL and no text.

    kinds : name to kind in the stream's order; timestamptz comes back as unix milliseconds.
    """
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"length {name}", ">i4"), (name, _WIRE.get(kind, ">i8"))]
    body = memoryview(raw)[len(_HEADER) : -len(_TRAILER)]
    rows = np.frombuffer(body, np.dtype(fields))
    return {name: _native(rows[name], kind) for name, kind in kinds.items()}


def _wire_values(column: Column) -> Array:
    if column.kind == "text":
        return column.values
    if column.kind == "timestamptz":
        return ((column.values - POSTGRES_EPOCH_MS) * 1000).astype(">i8")
    return column.values.astype(_WIRE[column.kind])


def _lengths(column: Column, wire: Array) -> Array | int:
    """Return how many bytes each value takes; one number when all take as many."""
    if column.kind != "text":
        return wire.dtype.itemsize
    text: Array = np.strings.str_len(wire).astype(np.int32)
    return int(text[0]) if len(text) and (text == text[0]).all() and text[0] else text


def _held(wire: Array, lengths: Array | int) -> str:
    """Return the type in which values are held: texts that all have one length just fit."""
    if isinstance(lengths, int) and wire.dtype.kind == "S":
        return f"S{lengths}"
    return wire.dtype.str


def _native(values: Array, kind: str) -> Array:
    if kind == "timestamptz":
        return values.astype(np.int64) // 1000 + POSTGRES_EPOCH_MS
    return values.astype(values.dtype.newbyteorder("="))
