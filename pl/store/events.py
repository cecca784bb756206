"""Describe an event as it is committed, published and, after a crash, published again."""

from dataclasses import dataclass

import msgspec

from contracts.codec import decode
from contracts.messages.patterns import (
    PatternData,
    PatternEvent,
    PatternUpdateFields,
    published_update,
)
from contracts.names import EVENTS_PATTERNS

EventKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """Hold one event with its exact bytes.

    data : the facts (a PatternUpdate for what became of a flow);
    body : the encoded envelope that goes to the stream;
    messages : (channel, encoded envelope) in the order of publishing; the first channel is the
    one whose envelope `body` is.
    """

    data: PatternData
    body: bytes
    messages: tuple[tuple[str, bytes], ...]

    @property
    def key(self) -> EventKey:
        """Return (flow_id, life, revision): what makes two events one."""
        return (str(self.data.flow_id), self.data.life, self.data.revision)

    @property
    def channel(self) -> str:
        """Return the channel whose envelope the stream holds."""
        return self.messages[0][0]


@dataclass(frozen=True, slots=True)
class Progress:
    """Say how far a producer has evaluated: `through_ms` is unix milliseconds."""

    producer: str
    name: str
    through_ms: int


class _UpdateEnvelope(msgspec.Struct):
    payload: PatternUpdateFields


def encode_messages(event: StoredEvent) -> bytes:
    """Return `event.messages` as a JSON array of [channel, body], null where it is the stream's."""
    pairs = [
        (channel, None if body == event.body else body.decode()) for channel, body in event.messages
    ]
    return msgspec.json.encode(pairs)


def rebuild(body: str, messages: str | bytes) -> StoredEvent:
    """Return the event whose stream bytes are `body` and whose messages `encode_messages` wrote."""
    raw = body.encode()
    pairs = msgspec.json.decode(messages, type=list[tuple[str, str | None]])
    sent = tuple((channel, raw if own is None else own.encode()) for channel, own in pairs)
    return StoredEvent(_data_of(raw, sent[0][0]), raw, sent)


def _data_of(raw: bytes, channel: str) -> PatternData:
    if channel == EVENTS_PATTERNS:
        return decode(raw, PatternEvent).data
    return published_update(decode(raw, _UpdateEnvelope).payload)
