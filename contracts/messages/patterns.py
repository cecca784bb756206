"""Describe pattern events."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from contracts.codec import iso, unix_seconds

TIMES: Final = ("timestamp", "bar_time", "received_at", "expires_at")
GEOMETRY_TIMES: Final = ("from", "to")
CORNERS: Final = ("points", "lines")
"""Parts of a geometry that hold corners of {"time", "price"}, in lists or lists of lists."""


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Say how a pattern did before, with its interval; shares are fractions 0-1."""

    n: int
    hit: float
    baseline: float
    lift: float
    low: float
    high: float
    as_of: float


class PatternFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hold one pattern of one symbol without its times.

    price_change is in percent, prices in USD, volume in shares; quality is that of its bar: live,
    backfilled (fetched, or folded with a fetched minute), partial or official (a day of the
    exchange's own).
    """

    symbol: str
    pattern: str
    confidence: float
    flow_id: str
    tier: str
    source: str
    timeframe: str
    direction: str
    price_change: float
    current_price: float
    volume: float
    seq: int
    producer: str
    revision: int
    life: str
    reason: str
    quality: str
    indicators: dict[str, float]
    geometry: dict[str, Any] | None = None
    levels: dict[str, float] | None = None
    null_rate: float | None = None
    track_record: TrackRecord | None = None
    degraded: bool = False


class PatternData(PatternFacts, frozen=True, kw_only=True, omit_defaults=True):
    """Add the times in unix seconds, those of the geometry too (family A).

    `received_at` is when the frame that completed the bar reached the producer.
    """

    timestamp: float
    bar_time: float
    received_at: float
    expires_at: float


class PatternEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Wrap a pattern for `tickstock.events.patterns` (family A)."""

    event_type: str
    source: str
    timestamp: float
    data: PatternData


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a pattern as readers of the streaming channels know it; `timestamp` is ISO 8601."""

    pattern_type: str
    symbol: str
    confidence: float
    timestamp: str
    timeframe: str
    parameters: dict[str, Any]
    flow_id: str


class DetectionFields(msgspec.Struct, frozen=True, kw_only=True):
    """Name the top-level field of the streaming pattern channels (family C)."""

    detection: Detection


class PatternUpdate(PatternData, frozen=True, kw_only=True, omit_defaults=True):
    """Say what became of a pattern; what changed stands in before and after."""

    before: dict[str, Any] = msgspec.field(default_factory=dict)
    after: dict[str, Any] = msgspec.field(default_factory=dict)


class PatternUpdateFields(PatternFacts, frozen=True, kw_only=True):
    """Hold a PatternUpdate as family B has it: every time ISO 8601, before and after always."""

    timestamp: str
    bar_time: str
    received_at: str
    expires_at: str
    before: dict[str, Any]
    after: dict[str, Any]


def update_fields(update: PatternUpdate) -> PatternUpdateFields:
    """Return an update as it is published."""
    facts = msgspec.structs.asdict(update)
    facts |= {name: iso(facts[name]) for name in TIMES}
    if update.geometry is not None:
        facts["geometry"] = timed(update.geometry, iso)
    return PatternUpdateFields(**facts)


def published_update(fields: PatternUpdateFields) -> PatternUpdate:
    """Return the update that `update_fields` wrote."""
    facts = msgspec.structs.asdict(fields)
    facts |= {name: unix_seconds(facts[name]) for name in TIMES}
    if fields.geometry is not None:
        facts["geometry"] = timed(fields.geometry, unix_seconds)
    return PatternUpdate(**facts)


def timed(geometry: dict[str, Any], convert: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a geometry with every time in it converted."""
    found = dict(geometry)
    for name in GEOMETRY_TIMES:
        if name in geometry:
            found[name] = convert(geometry[name])
    for name in CORNERS:
        if name in geometry:
            found[name] = _cornered(geometry[name], convert)
    return found


def _cornered(part: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(part, list):
        return [_cornered(each, convert) for each in part]
    if isinstance(part, dict) and "time" in part:
        return {**part, "time": convert(part["time"])}
    return part


class RecentPattern(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the field `data` of the recent-pattern hash; times in unix seconds."""

    symbol: str
    pattern_type: str
    confidence: float
    current_price: float
    price_change: float
    detected_at: float
    expires_at: float
    indicators: dict[str, float]
    source_tier: str
