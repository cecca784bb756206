"""Wrap payloads in the envelopes that readers in the field know."""

from typing import Final

import msgspec

from contracts.codec import encode, iso

PRODUCER: Final = "TickStockPL"
CONSUMER: Final = "TickStockAppV2"
VERSION: Final = "1.0"


def dotted(event_type: str, at: float, data: object) -> dict[str, object]:
    """Return a family A envelope; `at` is unix seconds."""
    return {"event_type": event_type, "source": PRODUCER, "timestamp": at, "data": data}


def colon(event: str, at: float, component: str, payload: object) -> dict[str, object]:
    """Return a family B envelope; `at` is unix seconds, written as ISO 8601."""
    return {
        "event": event,
        "timestamp": iso(at),
        "source": component,
        "version": VERSION,
        "payload": payload,
    }


def flat(event: str, at: float, component: str, fields: msgspec.Struct) -> dict[str, object]:
    """Return a family C envelope: B, and the fields of `fields` at the top level too.

    A field of the envelope is never overwritten by one of the payload. Raises ValueError when the
    payload holds null, NaN or Infinity.
    """
    raw = encode(fields)
    payload: dict[str, object] = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    return {**payload, **colon(event, at, component, msgspec.Raw(raw))}
