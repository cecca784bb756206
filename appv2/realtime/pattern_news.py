"""Read pattern messages of every envelope in the field into one shape."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid4, uuid5

import msgspec

from appv2.realtime import tolerance
from contracts.channels import BY_NAME
from contracts.messages.patterns import TIMES, timed
from contracts.names import EVENTS_PATTERNS, PATTERNS_UPDATED
from service.errors import InvalidData

LARGEST_MESSAGE: Final = 256 * 1024
LONGEST_NAME: Final = 50
UNKNOWN: Final = "unknown"
DAILY: Final = ("daily", "weekly")
NUMBERING: Final = frozenset({"producer", "seq"})
CONFIRMING: Final = frozenset({"pattern_detected", "pattern_updated"})

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PatternNews:
    """Hold what one message says of one pattern.

    `kind` is the envelope's event name, `channel` where it was first said; `fields` is the flat
    data of a family A event with times in unix seconds; `revision` is None when the message names
    none; `identified` says whether the flow_id came with the message; `producer` and `seq` are set
    by our producer alone.
    """

    kind: str
    channel: str
    fields: Fields
    flow_id: str
    identified: bool
    life: str
    revision: int | None
    producer: str | None
    seq: int | None

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes two messages the same event."""
        return self.flow_id, self.life, self.revision or 0

    def identified_by(self, name: str) -> "PatternNews":
        """Return the same news with a flow_id that follows from `name`, unless it has its own."""
        if self.identified:
            return self
        flow_id = str(uuid5(NAMESPACE_URL, name))
        return replace(self, flow_id=flow_id, fields={**self.fields, "flow_id": flow_id})

    def encoded(self, channel: str) -> bytes:
        """Return an outsider's news as a family A envelope for the stream.

        It names the channel. Our producer's numbers are left out: nobody else gives them, and
        one that was made up would look like a hole.
        """
        data = {name: self.fields[name] for name in self.fields if name not in NUMBERING}
        return msgspec.json.encode(
            {
                "event_type": self.kind,
                "source": self.fields["source"],
                "timestamp": self.fields["timestamp"],
                "channel": channel,
                "data": data,
            }
        )


def read_message(raw: bytes | str) -> Fields:
    """Return a message as a dict; raises InvalidData when it is none."""
    if len(raw) > LARGEST_MESSAGE:
        raise InvalidData("message", f"expected at most {LARGEST_MESSAGE} bytes")
    try:
        message = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidData("message", "expected JSON") from error
    if not isinstance(message, dict):
        raise InvalidData("message", "expected an object")
    return message


def read_pattern(raw: bytes | str, heard_at: float) -> PatternNews:
    """Return what a pattern message says; raises InvalidData naming what was wrong.

    `heard_at` (unix seconds) stands in for a time that the message does not give.
    """
    message: Fields = tolerance.without_nulls(read_message(raw))
    kind = _kind(message)
    fields = _flat_fields(message)
    _settle_identity(fields, kind)
    _settle_times(fields, message, heard_at)
    identified = bool(str(fields.get("flow_id", "")).strip())  # an empty one says nothing
    flow_id = tolerance.uuid_text(fields["flow_id"], "flow_id") if identified else str(uuid4())
    fields["flow_id"] = flow_id
    return PatternNews(
        kind=kind,
        channel=_channel(message, kind),
        fields=fields,
        flow_id=flow_id,
        identified=identified,
        life=fields["life"],
        revision=fields.get("revision"),
        producer=fields.get("producer"),
        seq=fields.get("seq"),
    )


def _kind(message: Fields) -> str:
    kind = message.get("event_type", message.get("event"))
    if not isinstance(kind, str) or not kind.startswith("pattern_"):
        raise InvalidData("event_type", "expected pattern_...")
    return tolerance.word(kind, "event_type", LONGEST_NAME)


def _channel(message: Fields, kind: str) -> str:
    named = message.get("channel")
    if isinstance(named, str) and named in BY_NAME:
        return named
    return EVENTS_PATTERNS if kind == "pattern_detected" else PATTERNS_UPDATED


def _flat_fields(message: Fields) -> Fields:
    """Return the data of a family A, B or C message under the names of family A."""
    data = message.get("data", message.get("payload", message))
    if isinstance(data, dict) and "symbol" not in data and "data" in data:
        data = data["data"]
    if not isinstance(data, dict):
        raise InvalidData("data", "expected an object")
    detection = data.get("detection", message.get("detection"))
    if detection is not None:
        return _from_detection(detection)
    fields = dict(data)
    fields.setdefault("source", message.get("source", UNKNOWN))
    return fields


def _from_detection(detection: object) -> Fields:
    if not isinstance(detection, dict):
        raise InvalidData("detection", "expected an object")
    parameters = detection.get("parameters", {})
    if not isinstance(parameters, dict):
        raise InvalidData("detection.parameters", "expected an object")
    known = {key: value for key, value in detection.items() if key != "parameters"}
    fields = {**parameters, **known}
    fields["pattern"] = fields.pop("pattern_type", None)
    fields.setdefault("tier", "daily" if fields.get("timeframe") in DAILY else "intraday")
    fields.setdefault("source", fields["tier"])
    return fields


def _settle_identity(fields: Fields, kind: str) -> None:
    fields["symbol"] = tolerance.word(fields.get("symbol"), "symbol", 32)
    name = fields.pop("pattern_name", None)
    fields["pattern"] = tolerance.word(fields.get("pattern", name), "pattern", 100)
    fields["confidence"] = tolerance.share(fields.get("confidence", 0.0), "confidence")
    for name in ("tier", "source"):
        if name in fields:
            fields[name] = tolerance.label(fields[name], LONGEST_NAME) or UNKNOWN
    for name in ("timeframe", "producer", "life"):
        if name in fields:
            fields[name] = tolerance.word(fields[name], name, LONGEST_NAME)
    for name in ("revision", "seq"):
        if name in fields:
            fields[name] = tolerance.count(fields[name], name)
    named = "confirmed" if kind in CONFIRMING else kind.removeprefix("pattern_")
    fields.setdefault("life", tolerance.word(named, "life", LONGEST_NAME))


def _settle_times(fields: Fields, message: Fields, heard_at: float) -> None:
    fields.setdefault("timestamp", message.get("timestamp", heard_at))
    for name in TIMES:
        if name in fields:
            fields[name] = tolerance.unix_seconds(fields[name], name)
    geometry = fields.get("geometry")
    if isinstance(geometry, dict):
        fields["geometry"] = timed(geometry, lambda at: tolerance.unix_seconds(at, "geometry"))
