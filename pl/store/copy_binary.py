"""Turn columns into PostgreSQL's binary COPY format and back without a Python loop over rows.

Source: PostgreSQL documentation, COPY, "Binary Format". A row is a field count (int16) and for
each field its length (int32, -1 for NULL) and bytes, all big-endian.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_POSTGRES_EPOCH_MS: Final = 946_684_800_000  # 2000-01-01 UTC in unix milliseconds
_WIRE: Final = {
    "float8": ">f8",
    "float4": ">f4",
    "int8": ">i8",
    "int4": ">i4",
    "int2": ">i2",
    "bool": "u1",
}
MICROSECONDS: Final = "timestamptz of unix microseconds"
_AS_IT_IS: Final = frozenset({"text", "uuid"})


@dataclass(frozen=True, slots=True)
class Column:
    """Hold one column, shape (n,), as PostgreSQL's `kind`.

    kind : text (values of dtype S), uuid (dtype V16), timestamptz (unix milliseconds),
    MICROSECONDS (the same, finer), float8, float4, int8, int4, int2 or bool; nan_is_null : write
    NaN as NULL, and of a text what is empty.
    """

    kind: str
    values: Array
    nan_is_null: bool = False


def encode_rows(columns: Sequence[Column]) -> bytes:
    """Return the columns as one binary COPY stream; all must have the same length."""
    wires = [_wire_values(column) for column in columns]
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for index, wire in enumerate(wires):
        fields += [(f"length{index}", ">i4"), (f"value{index}", wire.dtype.str)]
    rows = np.zeros(len(wires[0]), np.dtype(fields))
    rows["count"] = len(columns)
    used: Array | None = None
    for index, (column, wire) in enumerate(zip(columns, wires, strict=True)):
        lengths = _lengths(column, wire)
        rows[f"length{index}"] = lengths
        rows[f"value{index}"] = wire
        if not isinstance(lengths, int):
            used = np.ones((len(rows), rows.dtype.itemsize), np.bool_) if used is None else used
            offset = rows.dtype.fields[f"value{index}"][1]  # type: ignore[index]
            place = np.arange(wire.dtype.itemsize)
            used[:, offset : offset + len(place)] = place < lengths[:, None]
    if used is None:
        return _HEADER + rows.tobytes() + _TRAILER
    flat = rows.view(np.uint8).reshape(used.shape)
    return _HEADER + flat[used].tobytes() + _TRAILER


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
    if column.kind in _AS_IT_IS:
        return column.values
    if column.kind == "timestamptz":
        return ((column.values - _POSTGRES_EPOCH_MS) * 1000).astype(">i8")
    if column.kind == MICROSECONDS:
        return (column.values - _POSTGRES_EPOCH_MS * 1000).astype(">i8")
    return column.values.astype(_WIRE[column.kind])


def _lengths(column: Column, wire: Array) -> Array | int:
    """Return how many bytes each value takes, one number when all take as many."""
    if column.kind == "text":
        text: Array = np.strings.str_len(wire).astype(np.int32)
        return np.where(text == 0, np.int32(-1), text) if column.nan_is_null else text
    size = wire.dtype.itemsize
    absent = np.isnan(column.values) if column.nan_is_null else None
    if absent is None or not absent.any():
        return size
    return np.where(absent, np.int32(-1), np.int32(size))


def _native(values: Array, kind: str) -> Array:
    if kind == "timestamptz":
        return values.astype(np.int64) // 1000 + _POSTGRES_EPOCH_MS
    return values.astype(values.dtype.newbyteorder("="))
