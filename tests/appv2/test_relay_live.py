"""Events reach browsers once, in one order, whoever published them."""

import json
import time
import uuid
from typing import Any

import pytest

from contracts import names
from contracts.channels import OUTGOING

pytestmark = pytest.mark.integration

FAMILY_C = {
    "event": "pattern_detected",
    "timestamp": "2026-11-25T18:01:00.012000Z",
    "source": "streaming",
    "version": "1.0",
}


def tick(redis: Any) -> None:
    redis.set(names.PRODUCER_HEARTBEAT, time.time())


def test_an_event_of_the_stream_reaches_a_browser(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = shared_system.live_page(), pattern()
    seq = shared_system.append(message)
    (alert,) = eventually(lambda: page.events("pattern_alert"))
    assert alert == {"type": "pattern_detected", "seq": seq, "event": message["data"]}


def test_an_intraday_pattern_is_told_as_streaming_pattern_too(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = shared_system.live_page(), pattern()
    shared_system.append(message)
    (told,) = eventually(lambda: page.events("streaming_pattern"))
    assert told["detection"]["pattern_type"] == message["data"]["pattern"]


def test_a_retraction_is_an_update(shared_system: Any, eventually: Any, pattern: Any) -> None:
    page, message = shared_system.live_page(), pattern()
    shared_system.append(message)
    shared_system.append(
        {
            "event": "pattern_retracted",
            "timestamp": "2026-11-25T18:01:15.200000Z",
            "source": "streaming",
            "version": "1.0",
            "payload": {**message["data"], "life": "retracted", "revision": 1},
        }
    )
    (update,) = eventually(lambda: page.events("pattern_update"))
    assert update["type"] == "pattern_retracted"
    assert update["event"]["life"] == "retracted"
    assert len(page.events("pattern_alert")) == 1


def test_each_event_passes_three_checkpoints_with_the_number_of_users(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    shared_system.live_page()
    message = pattern()
    flow_id = message["data"]["flow_id"]
    before = time.time()
    shared_system.append(message)
    passed = eventually(lambda: shared_system.checkpoints(flow_id))
    assert passed == [("EVENT_RECEIVED", None), ("EVENT_PARSED", None), ("WEBSOCKET_DELIVERED", 1)]
    ((first, last),) = shared_system.rows(
        "SELECT extract(epoch FROM min(timestamp)), extract(epoch FROM max(timestamp))"
        " FROM integration_events WHERE flow_id = %s",
        flow_id,
    )
    assert before <= float(first) <= float(last) <= time.time()


def test_the_producers_copies_on_channels_are_not_told_again(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = shared_system.live_page(), pattern()
    data = message["data"]
    shared_system.append(message)
    shared_system.publish(names.EVENTS_PATTERNS, message)
    detection = {"pattern_type": data["pattern"], **{k: data[k] for k in ("symbol", "flow_id")}}
    told = {**FAMILY_C, "detection": detection, "payload": {"detection": detection}}
    shared_system.publish(names.PATTERNS_STREAMING, told)
    shared_system.publish(names.PATTERNS_DETECTED, told)
    last = pattern()
    shared_system.publish(names.EVENTS_PATTERNS, last)
    eventually(lambda: last["data"]["flow_id"] in page.flows())
    assert page.flows() == [data["flow_id"], last["data"]["flow_id"]]


def test_an_outsiders_message_is_added_to_the_stream_once(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = shared_system.live_page(), pattern(tier="test")
    flow_id = message["data"]["flow_id"]
    for _ in range(3):
        shared_system.publish(names.EVENTS_PATTERNS, message)
    (alert,) = eventually(lambda: page.events("pattern_alert"))
    (newest,) = shared_system.redis.xrevrange(names.STREAM_EVENTS, count=1)
    assert (alert["seq"], alert["event"]["tier"]) == (newest[0].decode(), "test")
    assert len(eventually(lambda: shared_system.checkpoints(flow_id))) == 3


def test_an_outsiders_message_without_flow_id_gets_one(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = shared_system.live_page(), pattern()
    del message["data"]["flow_id"]
    shared_system.publish(names.EVENTS_PATTERNS, message)
    (alert,) = eventually(lambda: page.events("pattern_alert"))
    assert uuid.UUID(alert["event"]["flow_id"])


def test_an_outsiders_detection_on_the_streaming_channel_is_an_alert(
    shared_system: Any, eventually: Any
) -> None:
    page = shared_system.live_page()
    detection = {
        "pattern_type": "Engulfing",
        "symbol": "AMD",
        "confidence": 0.9,
        "timestamp": "2026-11-25T18:01:00Z",
        "timeframe": "5min",
        "parameters": {"direction": "bearish"},
    }
    shared_system.publish(names.PATTERNS_STREAMING, {**FAMILY_C, "detection": detection})
    (alert,) = eventually(lambda: page.events("pattern_alert"))
    assert alert["event"]["pattern"] == "Engulfing"
    assert alert["event"]["direction"] == "bearish"
    assert alert["event"]["timestamp"] == 1795629660.0


def test_malformed_messages_are_counted_by_cause_and_stop_nobody(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = shared_system.live_page(), pattern()
    for raw in (b"{", b"[]", b'{"event_type":"pattern_detected","data":{}}', b"\xff"):
        shared_system.redis.publish(names.EVENTS_PATTERNS, raw)
        shared_system.redis.publish(names.QUOTES_SNAPSHOT, raw)
        shared_system.redis.xadd(names.STREAM_EVENTS, {names.EVENT_FIELD: raw})
    shared_system.redis.xadd(names.STREAM_EVENTS, {"something": "else"})
    shared_system.publish(names.EVENTS_PATTERNS, message)
    eventually(lambda: page.flows() == [message["data"]["flow_id"]])
    detail = shared_system.health()["services"]["relay"]["detail"]
    assert "malformed" in detail
    assert f"{names.EVENTS_PATTERNS}: symbol: expected 1 to 32 characters" in detail


def test_every_channel_has_its_subscriber(shared_system: Any) -> None:
    channels = [channel.name for channel in OUTGOING]
    numbers = dict(shared_system.redis.pubsub_numsub(*channels))
    assert numbers == {channel.encode(): 1 for channel in channels}


PASSED_ON = {
    "streaming.health__streaming_health": "streaming_health",
    "streaming.session_started__session_started": "streaming_session",
    "streaming.session_stopped__session_stopped": "streaming_session",
    "bars.streaming__bars_closed": "bars_closed",
    "quotes.snapshot__quotes": "quotes",
    "indicators.streaming__indicator_calculated": "streaming_indicator",
    "alerts.critical__critical_alert": "critical_alert",
}


@pytest.mark.parametrize("example", PASSED_ON)
def test_live_news_reach_the_page_flat(
    shared_system: Any, eventually: Any, examples: Any, example: str
) -> None:
    page = shared_system.live_page()
    message = json.loads((examples / f"tickstock.{example}.json").read_text())
    channel = f"tickstock:{example.split('__', maxsplit=1)[0].replace('.', ':')}"
    shared_system.publish(channel, message)
    (told,) = eventually(lambda: page.events(PASSED_ON[example]))
    assert told.items() >= message["payload"].items()
    assert told["seq"]


@pytest.mark.parametrize(
    ("channel", "message", "event", "told"),
    [
        (
            names.BACKTEST_PROGRESS,
            {"event_type": "backtest_progress", "data": {"job_id": "7", "progress": 0.5}},
            "backtest_progress",
            {"job_id": "7", "progress": 0.5},
        ),
        (
            names.HEALTH_STATUS,
            {"event_type": "system_health", "status": "healthy", "data": {"status": "healthy"}},
            "system_health",
            {"status": "healthy"},
        ),
        (
            names.ALERTS_INDICATORS,
            {
                "event": "indicator_alert",
                "timestamp": "2026-11-25T18:01:00Z",
                "payload": {"alert_type": "RSI_OVERBOUGHT", "symbol": "NVDA", "message": "hot"},
            },
            "indicator_alert",
            {"alert_type": "RSI_OVERBOUGHT", "symbol": "NVDA", "message": "hot"},
        ),
    ],
)
def test_other_news_reach_the_page(
    shared_system: Any, eventually: Any, channel: str, message: Any, event: str, told: Any
) -> None:
    page = shared_system.live_page()
    shared_system.publish(channel, message)
    (heard,) = eventually(lambda: page.events(event))
    assert heard.items() >= told.items()


@pytest.mark.parametrize(
    ("channel", "event", "payload", "told_as", "told"),
    [
        (
            names.PROCESSING_STATUS,
            "processing_started",
            {"run_id": "r1", "phases": ["all"]},
            "processing_status",
            {"type": "processing_started", "run_id": "r1", "phases": ["all"]},
        ),
        (
            names.IMPORT_PROGRESS,
            "import_progress",
            {"percent_complete": 40, "current_symbol": "AMD", "eta_seconds": 12},
            "import_progress",
            {"percent": 40, "current": "AMD", "eta": 12},
        ),
        (
            names.CACHE_COMPLETED,
            "cache_sync_completed",
            {"successful_symbols": 70, "duration_seconds": 3.5},
            "cache_complete",
            {"symbols": 70, "duration": 3.5},
        ),
        (
            names.PATTERNS_STARTED,
            "pattern_processing_started",
            {"run_id": "r1", "total_symbols": 70},
            "patterns_progress",
            {"percent": 0},
        ),
        (
            names.ERRORS,
            "error",
            {"severity": "error", "message": "no data", "error_code": "E1"},
            "error",
            {"severity": "error", "message": "no data", "error_code": "E1"},
        ),
    ],
)
def test_administrators_hear_of_processing(
    shared_system: Any,
    eventually: Any,
    channel: str,
    event: str,
    payload: Any,
    told_as: str,
    told: Any,
) -> None:
    page = shared_system.page()
    page.connect(("/", "/admin"))
    envelope = {"event": event, "timestamp": "2026-11-25T18:01:00Z", "source": "daily"}
    shared_system.publish(channel, {**envelope, "version": "1.0", "payload": payload})
    (heard,) = eventually(lambda: page.events(f"admin:{told_as}"))
    assert heard.items() >= told.items()


def test_a_page_that_does_not_resume_hears_what_came_since_it_connected(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page = shared_system.page()
    page.connect()
    message = pattern()
    shared_system.append(message)
    eventually(lambda: page.flows() == [message["data"]["flow_id"]])


def test_a_page_that_resumes_gets_what_it_missed_in_order(
    shared_system: Any, eventually: Any, pattern: Any
) -> None:
    page, seq = shared_system.page_that_left(pattern())
    missed = [pattern() for _ in range(5)]
    ids = [shared_system.append(message) for message in missed]
    eventually(lambda: shared_system.checkpoints(missed[-1]["data"]["flow_id"]))
    page.heard.clear()
    page.connect()
    answer = page.resume(seq)
    assert answer == {"caught_up": 5, "seq": ids[-1], "from": "stream"}
    live = pattern()
    shared_system.append(live)
    expected = [message["data"]["flow_id"] for message in [*missed, live]]
    eventually(lambda: len(page.flows()) == 6)
    assert page.flows() == expected


def test_a_page_is_told_who_is_alive(shared_system: Any, eventually: Any) -> None:
    page = shared_system.live_page()
    assert eventually(lambda: page.events("feed_state"))[0]["redis"] == "up"
    tick(shared_system.redis)
    eventually(lambda: page.events("feed_state")[-1]["producer"] == "alive")
    assert shared_system.health()["services"]["producer"]["status"] == "healthy"
