"""Write events as the database takes them: few as JSON, many as a binary COPY.

One statement takes the few, which is one way there and back; as JSON, many take twice as long.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from contracts.codec import iso
from pl.store.connection import Cursor
from pl.store.copy_binary import POSTGRES_EPOCH_MS, copy_in, framed
from pl.store.events import StoredEvent, encode_messages

MANY: Final = 40
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


def copy_events(cursor: Cursor, rows: bytes) -> None:
    """Store encoded events; raises psycopg2.errors.UniqueViolation when one is stored already."""
    copy_in(cursor, f"pattern_events ({', '.join(COLUMNS)})", rows)


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


def row_of(event: StoredEvent) -> dict[str, object]:
    """Return an event as a JSON object of its columns, for few of them."""
    data = event.data
    return {
        "bar_time": iso(data.bar_time),
        "flow_id": data.flow_id,
        "life": data.life,
        "revision": data.revision,
        "producer": data.producer,
        "seq": data.seq,
        "symbol": data.symbol,
        "pattern": data.pattern,
        "direction": data.direction,
        "timeframe": data.timeframe,
        "tier": data.tier,
        "confidence": data.confidence,
        "current_price": data.current_price,
        "price_change": data.price_change,
        "volume": data.volume,
        "detected_at": iso(data.timestamp),
        "received_at": iso(data.received_at),
        "expires_at": iso(data.expires_at),
        "reason": data.reason,
        "quality": data.quality,
        "degraded": data.degraded,
        "indicators": data.indicators,
        "levels": data.levels,
        "geometry": data.geometry,
        "channel": event.channel,
        "event": event.body.decode(),
        "messages": encode_messages(event).decode(),
    }


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
