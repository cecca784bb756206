"""Describe pattern events."""

from typing import Any

import msgspec


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Say how a pattern did before, with its interval; shares are fractions 0-1."""

    n: int
    hit: float
    baseline: float
    lift: float
    low: float
    high: float
    as_of: float


class PatternData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hold one pattern of one symbol.

    All times are unix seconds; price_change is in percent, prices in USD, volume in shares;
    `received_at` is when the frame that completed the bar reached the producer.
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
    timestamp: float
    bar_time: float
    received_at: float
    expires_at: float
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
    """Say what became of a pattern (family B); what changed stands in before and after."""

    before: dict[str, Any] = msgspec.field(default_factory=dict)
    after: dict[str, Any] = msgspec.field(default_factory=dict)


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
