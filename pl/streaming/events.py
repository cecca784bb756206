"""Turn a signal into the event that is committed and published."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from contracts.codec import encode, iso
from contracts.messages.envelopes import colon, dotted, flat
from contracts.messages.patterns import (
    Detection,
    DetectionFields,
    PatternData,
    PatternUpdate,
    update_fields,
)
from contracts.names import (
    EVENTS_PATTERNS,
    PATTERNS_DETECTED,
    PATTERNS_STREAMING,
    PATTERNS_UPDATED,
)
from pl.signals.rates import null_rate
from pl.signals.signal import CONFIRMED, EXPIRED, FAILED, FORMING, RETRACTED, TARGET_REACHED, Signal
from pl.store.events import StoredEvent

COMPONENT: Final = "streaming"
SURE_ENOUGH: Final = 0.8
UPDATES: Final = {
    FORMING: "pattern_forming",
    CONFIRMED: "pattern_updated",
    RETRACTED: "pattern_retracted",
    TARGET_REACHED: "pattern_target_reached",
    FAILED: "pattern_failed",
    EXPIRED: "pattern_expired",
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Say when a signal was found, and until when it may last: unix seconds.

    quality : that of its bar.
    """

    detected_at: float
    received_at: float
    expires_at: float
    quality: str
    producer: str


def build_event(
    signal: Signal, seq: int, found: Circumstances, *, degraded: bool = False
) -> StoredEvent:
    """Return the event of a signal with its exact bytes for every channel of its tier."""
    facts = _facts(signal, seq, found, degraded=degraded)
    if signal.is_found:
        return _detection(PatternData(**facts), found.detected_at)
    update = PatternUpdate(**facts, before=dict(signal.before), after=dict(signal.after))
    return _update(update, found.detected_at)


def mark_degraded(event: StoredEvent) -> StoredEvent:
    """Return the event saying that it was published before the database had it."""
    data = msgspec.structs.replace(event.data, degraded=True)
    if isinstance(data, PatternUpdate):
        return _update(data, data.timestamp)
    return _detection(data, data.timestamp)


def _facts(signal: Signal, seq: int, found: Circumstances, *, degraded: bool) -> dict[str, Any]:
    bar_time = signal.bar_time_ms / 1000
    return {
        "symbol": signal.symbol,
        "pattern": signal.pattern,
        "confidence": signal.confidence,
        "flow_id": signal.flow_id,
        "tier": signal.tier,
        "source": signal.tier,
        "timeframe": signal.timeframe,
        "direction": signal.direction,
        "price_change": signal.price_change,
        "current_price": signal.price,
        "volume": signal.volume,
        "timestamp": found.detected_at,
        "bar_time": bar_time,
        "received_at": found.received_at,
        "expires_at": found.expires_at,
        "seq": seq,
        "producer": found.producer,
        "revision": signal.revision,
        "life": signal.life,
        "reason": signal.reason,
        "quality": found.quality,
        "indicators": dict(signal.indicators),
        "levels": dict(signal.levels) or None,
        "geometry": dict(signal.geometry) or None,
        "null_rate": null_rate(signal.pattern, signal.timeframe),
        "degraded": degraded,
    }


def _detection(data: PatternData, at: float) -> StoredEvent:
    body = encode(dotted("pattern_detected", at, data))
    detection = Detection(
        pattern_type=data.pattern,
        symbol=data.symbol,
        confidence=data.confidence,
        timestamp=iso(at),
        timeframe=data.timeframe,
        parameters={"direction": data.direction, "reason": data.reason, **data.indicators},
        flow_id=data.flow_id,
    )
    announced = encode(
        flat("pattern_detected", at, COMPONENT, DetectionFields(detection=detection))
    )
    messages = [(EVENTS_PATTERNS, body)]
    if data.tier in {"intraday", "combo"}:
        messages.append((PATTERNS_STREAMING, announced))
    if data.tier == "daily" or data.confidence >= SURE_ENOUGH:
        messages.append((PATTERNS_DETECTED, announced))
    return StoredEvent(data, body, tuple(messages))


def _update(data: PatternUpdate, at: float) -> StoredEvent:
    body = encode(colon(UPDATES[data.life], at, COMPONENT, update_fields(data)))
    return StoredEvent(data, body, ((PATTERNS_UPDATED, body),))
