"""Each signal becomes the exact messages that the contract names for its tier and life."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.channels import BY_NAME
from contracts.codec import decode
from contracts.messages.patterns import PatternEvent
from contracts.names import (
    EVENTS_PATTERNS,
    PATTERNS_DETECTED,
    PATTERNS_STREAMING,
    PATTERNS_UPDATED,
)
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.policy import TIER_OF
from pl.signals.rates import MEASURED, null_rate
from pl.signals.signal import CONFIRMED, RETRACTED, Signal
from pl.store.events import StoredEvent, encode_messages, rebuild
from pl.streaming.events import Circumstances, build_event, mark_degraded
from tests.pl.streaming.fakes import T0, signal

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"
FOUND = Circumstances(
    T0 / 1000 + 60.012, T0 / 1000 + 60.004, T0 / 1000 + 1_260.0, "live", "streaming-simulated"
)


def example(channel: str, event: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{channel.replace(':', '.')}__{event}.json").read_text())


def built(of: Signal, seq: int = 7) -> StoredEvent:
    return build_event(of, seq, FOUND)


def message(event: StoredEvent, channel: str) -> dict[str, Any]:
    return json.loads(dict(event.messages)[channel])


def shape(value: Any) -> Any:
    """Names and types, all the way down; of free mappings only that they are one."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    return type(value).__name__


def without_free_parts(fields: dict[str, Any]) -> dict[str, Any]:
    free = ("indicators", "levels", "geometry", "parameters", "before", "after", "track_record")
    free += ("null_rate",)
    return {name: value for name, value in fields.items() if name not in free}


def test_a_confirmed_intraday_pattern_has_the_envelope_of_the_example() -> None:
    event = built(signal())
    body, known = message(event, EVENTS_PATTERNS), example(EVENTS_PATTERNS, "pattern_detected")
    assert shape({**body, "data": 0}) == shape({**known, "data": 0})
    assert shape(without_free_parts(body["data"])) == shape(without_free_parts(known["data"]))
    assert (body["event_type"], body["source"]) == ("pattern_detected", "TickStockPL")
    assert json.loads(event.body) == body


def test_the_facts_are_those_of_the_signal() -> None:
    data = message(built(signal(5)), EVENTS_PATTERNS)["data"]
    assert data == {
        "symbol": "AAPL",
        "pattern": "Volume_Spike",
        "confidence": 0.7,
        "flow_id": str(signal(5).flow_id),
        "tier": "intraday",
        "source": "intraday",
        "timeframe": "1min",
        "direction": "bullish",
        "price_change": 0.42,
        "current_price": 150.25,
        "volume": 184_200.0,
        "timestamp": T0 / 1000 + 60.012,
        "bar_time": T0 / 1000,
        "received_at": T0 / 1000 + 60.004,
        "expires_at": T0 / 1000 + 1_260.0,
        "seq": 7,
        "producer": "streaming-simulated",
        "revision": 0,
        "life": "confirmed",
        "reason": "6.1 times the mean volume of the 20 bars before",
        "quality": "live",
        "indicators": {"rsi": 61.2, "relative_volume": 6.1},
        "levels": {"entry": 150.25, "stop": 149.5, "target": 151.75},
        "geometry": {"from": T0 / 1000, "to": T0 / 1000},
        "null_rate": null_rate("Volume_Spike", "1min"),
    }


JUDGED = [(name, timeframe) for timeframe, one in MEASURED.items() for name in one.rates]


@pytest.mark.parametrize(("name", "timeframe"), JUDGED)
def test_the_null_rate_of_its_own_timeframe_travels_with_each_alert(
    name: str, timeframe: str
) -> None:
    tier = "combo" if name in COMBO_NAMES else TIER_OF[timeframe]
    alert = signal(pattern=name, tier=tier, timeframe=timeframe)
    data = message(built(alert), EVENTS_PATTERNS)["data"]
    assert data["null_rate"] == MEASURED[timeframe].rates[name][3]


def test_minutes_and_days_have_null_rates_apart() -> None:
    rates = {null_rate("Volume_Spike", timeframe) for timeframe in MEASURED}
    assert len(rates) == len(MEASURED)


@pytest.mark.parametrize("channel", [PATTERNS_STREAMING, PATTERNS_DETECTED])
def test_streaming_channels_have_the_detection_at_the_top_level_too(channel: str) -> None:
    announced = message(built(signal(confidence=0.9)), channel)
    known = example(channel, "pattern_detected")
    assert shape(without_free_parts(announced["detection"])) == shape(
        without_free_parts(known["detection"])
    )
    assert set(announced) == set(known)
    assert announced["payload"] == {"detection": announced["detection"]}
    assert announced["timestamp"] == "2026-11-25T10:01:00.012000Z"


@pytest.mark.parametrize(
    ("tier", "confidence", "channels"),
    [
        ("intraday", 0.7, [EVENTS_PATTERNS, PATTERNS_STREAMING]),
        ("combo", 0.79, [EVENTS_PATTERNS, PATTERNS_STREAMING]),
        ("intraday", 0.8, [EVENTS_PATTERNS, PATTERNS_STREAMING, PATTERNS_DETECTED]),
        ("daily", 0.5, [EVENTS_PATTERNS, PATTERNS_DETECTED]),
    ],
)
def test_the_tier_and_confidence_choose_the_channels(
    tier: str, confidence: float, channels: list[str]
) -> None:
    event = built(signal(tier=tier, confidence=confidence))
    assert [channel for channel, _ in event.messages] == channels
    assert all(channel in BY_NAME for channel in channels)


def test_a_retraction_goes_to_the_updates_with_before_and_after() -> None:
    event = built(signal(life=RETRACTED, revision=2, before={"confidence": 0.7}, after={}))
    body, known = message(event, PATTERNS_UPDATED), example(PATTERNS_UPDATED, "pattern_retracted")
    assert [channel for channel, _ in event.messages] == [PATTERNS_UPDATED]
    assert shape({**body, "payload": 0}) == shape({**known, "payload": 0})
    assert body["event"] == "pattern_retracted"
    assert body["payload"]["before"] == {"confidence": 0.7}
    assert body["payload"]["life"] == RETRACTED
    assert set(known["payload"]) - set(body["payload"]) <= {"after"}


def test_a_changed_pattern_is_an_update_not_a_second_detection() -> None:
    changed = signal(life=CONFIRMED, before={"confidence": 0.7}, after={"confidence": 0.6})
    event = built(changed)
    assert [channel for channel, _ in event.messages] == [PATTERNS_UPDATED]
    assert message(event, PATTERNS_UPDATED)["event"] == "pattern_updated"


def test_an_update_tells_its_times_as_its_family_does_and_reads_back_the_same() -> None:
    event = built(signal(life=RETRACTED, before={"confidence": 0.7}))
    payload = message(event, PATTERNS_UPDATED)["payload"]
    assert payload["timestamp"] == "2026-11-25T10:01:00.012000Z"
    assert payload["bar_time"] == payload["geometry"]["from"] == "2026-11-25T10:00:00.000000Z"
    assert rebuild(event.body.decode(), encode_messages(event)) == event


def test_unknown_optional_fields_are_left_out() -> None:
    data = message(built(signal(levels={}, geometry={}, pattern="Unmeasured")), EVENTS_PATTERNS)[
        "data"
    ]
    assert not {"levels", "geometry", "degraded", "null_rate", "track_record"} & set(data)


def test_a_degraded_event_says_so_and_nothing_else_changes() -> None:
    event = built(signal(confidence=0.9))
    degraded = mark_degraded(event)
    data = message(degraded, EVENTS_PATTERNS)["data"]
    assert data.pop("degraded") is True
    assert data == message(event, EVENTS_PATTERNS)["data"]
    assert [name for name, _ in degraded.messages] == [name for name, _ in event.messages]
    assert degraded.key == event.key


def test_a_degraded_update_stays_an_update() -> None:
    event = built(signal(life=RETRACTED, before={"confidence": 0.7}))
    payload = message(mark_degraded(event), PATTERNS_UPDATED)["payload"]
    assert (payload["degraded"], payload["before"]) == (True, {"confidence": 0.7})


def test_what_was_sent_reads_back_as_the_same_facts() -> None:
    event = built(signal())
    assert decode(event.body, PatternEvent).data == event.data


def test_every_time_of_an_updates_geometry_is_iso_and_comes_back() -> None:
    corner = {"time": T0 / 1000, "price": 150.0}
    drawing = {"from": T0 / 1000, "to": T0 / 1000, "points": [corner], "lines": [[corner, corner]]}
    event = built(signal(geometry=drawing, life="failed", before={"life": "confirmed"}))
    told = message(event, PATTERNS_UPDATED)["payload"]["geometry"]
    assert told["lines"][0][1]["time"] == told["points"][0]["time"] == "2026-11-25T10:00:00.000000Z"
    assert rebuild(event.body.decode(), encode_messages(event)).data.geometry == drawing
