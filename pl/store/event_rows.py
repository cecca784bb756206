"""Put many events into the database by binary COPY: as JSON they take PostgreSQL twice as long."""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from pl.store.connection import Cursor
from pl.store.copy_binary import POSTGRES_EPOCH_MS, copy_in, framed
from pl.store.events import StoredEvent, encode_messages

MANY: Final = 40
"""Fewer are stored sooner by one statement, which is one way there and back."""
_TIMES: Final = ("bar_time", "detected_at", "received_at", "expires_at")
_WIDTHS: Final = {
    **dict.fromkeys(_TIMES, 8),
    "flow_id": 16,
    "revision": 4,
    "seq": 8,
    "degraded": 1,
    **dict.fromkeys(("confidence", "current_price", "price_change", "volume"), 8),
}
"""Columns of one width each, in bytes; they come first."""
_FIXED: Final = struct.Struct(">h" + "iq" * len(_TIMES) + "i16s" + "ii" + "iq" + "i?" + "id" * 4)
_TEXTS: Final = (
    "life",
    "producer",
    "symbol",
    "pattern",
    "direction",
    "timeframe",
    "tier",
    "quality",
    "channel",
    "reason",
    "indicators",
    "levels",
    "geometry",
    "event",
    "messages",
)
COLUMNS: Final = (*_WIDTHS, *_TEXTS)
_ABSENT: Final = struct.pack(">i", -1)
_JSONB: Final = b"\x01"
"""The version that goes before the text of a jsonb value."""
_encode: Final = msgspec.json.Encoder().encode
_long: Final = struct.Struct(">i").pack


def copy_events(cursor: Cursor, events: Sequence[StoredEvent]) -> None:
    """Store events; raises psycopg2.errors.UniqueViolation when one is stored already."""
    copy_in(cursor, f"pattern_events ({', '.join(COLUMNS)})", encode_events(events))


def encode_events(events: Sequence[StoredEvent]) -> bytes:
    """Return events as a binary COPY stream of COLUMNS."""
    times = _microseconds(events)
    parts: list[bytes] = []
    for event, (bar_time, detected_at, received_at, expires_at) in zip(events, times, strict=True):
        data = event.data
        parts += (
            _FIXED.pack(
                len(COLUMNS),
                *(8, bar_time, 8, detected_at, 8, received_at, 8, expires_at),
                *(16, bytes.fromhex(data.flow_id.replace("-", ""))),
                *(4, data.revision, 8, data.seq, 1, data.degraded),
                *(8, data.confidence, 8, data.current_price),
                *(8, data.price_change, 8, data.volume),
            ),
            _word(data.life),
            _word(data.producer),
            _word(data.symbol),
            _word(data.pattern),
            _word(data.direction),
            _word(data.timeframe),
            _word(data.tier),
            _word(data.quality),
            _word(event.channel),
            *_text(data.reason.encode()),
            *_document(data.indicators),
            *_document(data.levels),
            *_document(data.geometry),
            *_text(event.body),
            *_text(encode_messages(event)),
        )
    return framed(b"".join(parts))


@lru_cache(maxsize=1 << 16)
def _word(value: str) -> bytes:
    """Return a text that comes again and again, its length before it."""
    raw = value.encode()
    return _long(len(raw)) + raw


def _text(raw: bytes) -> tuple[bytes, bytes]:
    return _long(len(raw)), raw


def _document(value: object) -> tuple[bytes, ...]:
    """Return a jsonb value; None is NULL."""
    if value is None:
        return (_ABSENT,)
    raw = _encode(value)
    return _long(len(raw) + len(_JSONB)), _JSONB, raw


def _microseconds(events: Sequence[StoredEvent]) -> list[list[int]]:
    """Return the times of each event in microseconds since 2000, rounded as `datetime` does."""
    unix_s = np.array(
        [
            (each.data.bar_time, each.data.timestamp, each.data.received_at, each.data.expires_at)
            for each in events
        ]
    )
    whole = np.floor(unix_s)
    unix_us = (whole * 1e6 + np.rint((unix_s - whole) * 1e6)).astype(np.int64)
    times: list[list[int]] = (unix_us - POSTGRES_EPOCH_MS * 1000).tolist()
    return times
