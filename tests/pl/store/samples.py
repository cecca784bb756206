"""Events and bars to store, with every field that the contract asks for."""

import uuid
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from contracts.codec import decode, encode
from contracts.messages.envelopes import colon, dotted
from contracts.messages.patterns import PatternData, PatternEvent, PatternUpdate, update_fields
from contracts.names import EVENTS_PATTERNS, PATTERNS_STREAMING, PATTERNS_UPDATED
from pl.market.batches import ClosedBars, Int64
from pl.store.events import StoredEvent

PRODUCER = "streaming-test"
NOON_S = 1_795_089_600.0  # 2026-11-19 12:00 UTC
MINUTE_MS = 60_000

_EXAMPLE = (
    Path(__file__).parents[3]
    / "contracts"
    / "examples"
    / "tickstock.events.patterns__pattern_detected.json"
)


def all_regular(start_ms: Int64) -> npt.NDArray[np.bool_]:
    """Tell that every time lies in regular hours."""
    return np.ones(len(start_ms), np.bool_)


def detection(seq: int, **changes: Any) -> StoredEvent:
    """A confirmed pattern with number `seq` and a flow of its own."""
    facts: dict[str, Any] = {
        "seq": seq,
        "producer": PRODUCER,
        "flow_id": str(uuid.uuid4()),
        "bar_time": NOON_S,
        "timestamp": NOON_S + 60.2,
        "received_at": NOON_S + 60.1,
        "expires_at": NOON_S + 3_660,
        "life": "confirmed",
        "revision": 0,
    }
    data = msgspec.structs.replace(_example(), **(facts | changes))
    body = encode(dotted("pattern_detected", data.timestamp, data))
    announced = encode({"event": "pattern_detected", "flow_id": data.flow_id})
    return StoredEvent(data, body, ((EVENTS_PATTERNS, body), (PATTERNS_STREAMING, announced)))


def retraction(of: StoredEvent, seq: int) -> StoredEvent:
    """What takes a detection back after a revision of its bar."""
    facts = {field: getattr(of.data, field) for field in PatternData.__struct_fields__}
    facts |= {"seq": seq, "life": "retracted", "revision": 1}
    data = PatternUpdate(**facts, before={"confidence": 0.9}, after={"close": 1.5})
    body = encode(colon("pattern_retracted", data.timestamp, "streaming", update_fields(data)))
    return StoredEvent(data, body, ((PATTERNS_UPDATED, body),))


def closed_bars(
    *, n_symbols: int, start_ms: int, close: float = 10.0, revision: int = 0
) -> ClosedBars:
    """One bar of each symbol."""
    price = np.full(n_symbols, close) + np.arange(n_symbols)
    return ClosedBars(
        np.arange(n_symbols, dtype=np.int32),
        np.full(n_symbols, start_ms, np.int64),
        price,
        price + 1,
        price - 1,
        price,
        np.full(n_symbols, 1_000.5),
        price,
        np.full(n_symbols, 7, np.int32),
        np.full(n_symbols, revision, np.int32),
        np.zeros(n_symbols, np.uint8),
    )


def _example() -> PatternData:
    return decode(_EXAMPLE.read_bytes(), PatternEvent).data
