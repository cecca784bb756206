"""Say what a channel is and which envelope it uses."""

from enum import Enum

import msgspec


class Family(Enum):
    """Name the three envelope shapes in the field.

    DOTTED: `{event_type, source, timestamp, data}`, times in unix seconds.
    COLON: `{event, timestamp, source, version, payload}`, times in ISO 8601 with Z.
    FLAT: COLON, with the named fields at the top level too.
    BARE: no envelope.
    """

    DOTTED = "A"
    COLON = "B"
    FLAT = "C"
    BARE = "bare"


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Describe one channel: its envelope, its events and who is on either end."""

    name: str
    family: Family
    events: tuple[str, ...]
    producer: str
    consumers: tuple[str, ...]
    summary: str
