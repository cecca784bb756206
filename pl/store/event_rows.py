"""Put many events into the database by binary COPY: as JSON they take PostgreSQL twice as long."""

import io
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from pl.store.connection import Cursor
from pl.store.copy_binary import MICROSECONDS, Array, Column, encode_rows
from pl.store.events import StoredEvent, encode_messages

MANY: Final = 40
"""Fewer are stored sooner by one statement, which is one way there and back."""
_JSONB: Final = b"\x01"
"""The version that goes before the text of a jsonb value."""
_TIMES: Final = {
    "bar_time": "bar_time",
    "detected_at": "timestamp",
    "received_at": "received_at",
    "expires_at": "expires_at",
}
_TEXTS: Final = (
    "life",
    "producer",
    "symbol",
    "pattern",
    "direction",
    "timeframe",
    "tier",
    "reason",
    "quality",
)
_NUMBERS: Final = ("confidence", "current_price", "price_change", "volume")
_DOCUMENTS: Final = ("indicators", "levels", "geometry")


def copy_events(cursor: Cursor, events: Sequence[StoredEvent]) -> None:
    """Store events; raises psycopg2.errors.UniqueViolation when one is stored already."""
    columns = _columns(events)
    names = ", ".join(columns)
    raw = io.BytesIO(encode_rows(list(columns.values())))
    cursor.copy_expert(f"COPY pattern_events ({names}) FROM STDIN (FORMAT binary)", raw)


def _columns(events: Sequence[StoredEvent]) -> dict[str, Column]:
    facts = [event.data for event in events]

    def of(name: str) -> list[object]:
        return [getattr(each, name) for each in facts]

    found = {
        name: Column(MICROSECONDS, _microseconds(np.array(of(field), np.float64)))
        for name, field in _TIMES.items()
    }
    found["flow_id"] = Column("uuid", _identities(of("flow_id")))
    found["revision"] = Column("int4", np.array(of("revision")))
    found["seq"] = Column("int8", np.array(of("seq")))
    found["degraded"] = Column("bool", np.array(of("degraded")))
    found |= {name: _text([str(value).encode() for value in of(name)]) for name in _TEXTS}
    found |= {name: Column("float8", np.array(of(name), np.float64)) for name in _NUMBERS}
    found |= {name: _documents(of(name)) for name in _DOCUMENTS}
    found["channel"] = _text([event.channel.encode() for event in events])
    found["event"] = _text([event.body for event in events])
    found["messages"] = _text([encode_messages(event).encode() for event in events])
    return found


def _text(values: Sequence[bytes]) -> Column:
    return Column("text", np.array(values, np.bytes_))


def _documents(values: Sequence[object]) -> Column:
    """Return a jsonb column; None is NULL."""
    encoded = [b"" if value is None else _JSONB + msgspec.json.encode(value) for value in values]
    return Column("text", np.array(encoded, np.bytes_), nan_is_null=True)


def _identities(values: Sequence[object]) -> Array:
    raw = b"".join(uuid.UUID(str(value)).bytes for value in values)
    return np.frombuffer(raw, "V16")


def _microseconds(unix_s: Array) -> Array:
    """Return whole microseconds, rounded as `datetime.fromtimestamp` does."""
    whole = np.floor(unix_s)
    return (whole * 1e6 + np.rint((unix_s - whole) * 1e6)).astype(np.int64)
