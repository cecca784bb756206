"""Whatever goes away, every event reaches browsers and the log once."""

import json
import os
import signal
import socket
import time
from typing import Any

import pytest

from bench.crowd import connect
from contracts import names

pytestmark = pytest.mark.integration

ALL_THREE = ["EVENT_PARSED", "EVENT_RECEIVED", "WEBSOCKET_DELIVERED"]


def logged(system: Any, flow_id: str) -> list[str]:
    return sorted(checkpoint for checkpoint, _users in system.checkpoints(flow_id))


def flow(message: dict[str, Any]) -> str:
    return message["data"]["flow_id"]


def redis_states(page: Any) -> list[str]:
    return [state["redis"] for state in page.events("feed_state")]


def test_redis_killed_and_started_again_loses_and_doubles_nothing(
    system: Any, redis_server: Any, eventually: Any, pattern: Any
) -> None:
    page, before, after = system.live_page(), pattern(), pattern()
    system.append(before)
    eventually(lambda: page.flows() == [flow(before)])
    redis_server.kill()
    eventually(lambda: redis_states(page)[-1:] == ["down"])
    assert system.health()["services"]["redis"]["status"] == "unhealthy"
    redis_server.start()
    system.append(after)
    eventually(lambda: flow(after) in page.flows())
    eventually(lambda: redis_states(page)[-1:] == ["up"])
    assert page.flows() == [flow(before), flow(after)]
    eventually(system.service.answers)
    outsider = pattern()
    system.publish(names.EVENTS_PATTERNS, outsider)
    eventually(lambda: flow(outsider) in page.flows())


def test_a_redis_that_has_gone_silent_is_noticed_and_survived(
    system: Any, redis_server: Any, eventually: Any, pattern: Any
) -> None:
    page, message = system.live_page(), pattern()
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        eventually(lambda: redis_states(page)[-1:] == ["down"])
        assert "redis" in system.health()["services"]
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)
    system.append(message)
    eventually(lambda: page.flows() == [flow(message)])


def test_appv2_killed_logs_and_tells_every_event_once(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page = system.live_page()
    messages = [pattern() for _ in range(60)]
    for message in messages[:40]:
        system.append(message)
    eventually(lambda: len(page.flows()) >= 20)
    system.service.kill()
    for message in messages[40:]:
        system.append(message)
    eventually(lambda: not page.socket.connected)
    last_seen = page.events("pattern_alert")[-1]["seq"]
    system.service.start()
    page.connect()
    page.resume(last_seen)
    eventually(lambda: flow(messages[-1]) in page.flows())
    assert page.flows() == [flow(message) for message in messages]
    eventually(lambda: logged(system, flow(messages[-1])) == ALL_THREE)
    assert all(logged(system, flow(message)) == ALL_THREE for message in messages)


def test_an_outsiders_message_repeated_after_a_restart_is_told_once(
    system: Any, eventually: Any, pattern: Any
) -> None:
    message, later = pattern(), pattern()
    system.publish(names.EVENTS_PATTERNS, message)
    eventually(lambda: system.checkpoints(flow(message)))
    system.service.stop()
    system.service.start()
    page = system.live_page()
    system.publish(names.EVENTS_PATTERNS, message)
    system.publish(names.EVENTS_PATTERNS, later)
    eventually(lambda: flow(later) in page.flows())
    assert page.flows() == [flow(later)]
    assert logged(system, flow(message)) == ALL_THREE


def test_a_message_that_no_integer_holds_does_not_bar_the_next_start(
    system: Any, eventually: Any, pattern: Any
) -> None:
    message, nested, later = pattern(revision=2**40), pattern(), pattern()
    nested["data"]["indicators"] = json.loads("[" * 500 + "]" * 500)
    system.append(message)
    system.append(nested)
    eventually(lambda: system.checkpoints(flow(message)))
    assert system.service.stop() == 0
    system.service.start()
    page = system.live_page()
    system.append(later)
    eventually(lambda: page.flows() == [flow(later)])


def test_postgresql_away_delays_the_log_but_not_the_page(
    system: Any, postgres: Any, eventually: Any, pattern: Any
) -> None:
    page, message = system.live_page(), pattern()
    postgres.kill()
    try:
        begun = time.time()
        system.append(message)
        eventually(lambda: page.flows() == [flow(message)])
        eventually(lambda: system.health()["services"]["postgresql"]["status"] == "unhealthy")
    finally:
        back = time.time()
        postgres.start()
    eventually(lambda: logged(system, flow(message)) == ALL_THREE)
    ((received,),) = system.rows(
        "SELECT extract(epoch FROM timestamp) FROM integration_events"
        " WHERE flow_id = %s AND checkpoint = 'EVENT_RECEIVED'",
        flow(message),
    )
    assert begun <= float(received) < back
    eventually(lambda: system.health()["services"]["postgresql"]["status"] == "healthy")


def test_a_hole_in_the_sequence_is_filled_from_postgresql(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page = system.live_page()
    first, lost, revealing = pattern(), pattern(), pattern()
    system.store(lost, "streaming", 8)
    for message, seq in ((first, 7), (revealing, 9)):
        data = message["data"] | {"producer": "streaming", "seq": seq}
        system.append({**message, "data": data})
    eventually(lambda: flow(lost) in page.flows())
    assert page.flows() == [flow(first), flow(revealing), flow(lost)]
    seqs = [alert["seq"] for alert in page.events("pattern_alert")]
    assert seqs == sorted(seqs)
    assert "1 refilled" in system.health()["services"]["relay"]["detail"]


def test_what_was_trimmed_while_appv2_was_away_comes_from_postgresql(
    system: Any, eventually: Any, pattern: Any
) -> None:
    first, trimmed, last = pattern(), pattern(), pattern()
    system.append({**first, "data": first["data"] | {"producer": "streaming", "seq": 1}})
    eventually(lambda: logged(system, flow(first)) == ALL_THREE)
    system.service.kill()
    system.store(trimmed, "streaming", 2)
    system.redis.xtrim(names.STREAM_EVENTS, maxlen=0)
    system.append({**last, "data": last["data"] | {"producer": "streaming", "seq": 3}})
    system.service.start()
    eventually(lambda: logged(system, flow(trimmed)) == ALL_THREE)
    assert logged(system, flow(last)) == ALL_THREE


def test_a_page_whose_place_was_trimmed_away_catches_up_from_postgresql(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page, seq = system.page_that_left(pattern())
    stored, kept = pattern(timestamp=time.time()), pattern()
    system.store(stored, "streaming", 1)
    system.redis.xtrim(names.STREAM_EVENTS, maxlen=0)
    time.sleep(0.01)  # the ids of the stream are its times
    system.append(kept)
    eventually(lambda: system.checkpoints(flow(kept)))
    page.heard.clear()
    page.connect()
    answer = page.resume(seq)
    assert (answer["caught_up"], answer["from"]) == (2, "database")
    assert page.flows() == [flow(stored), flow(kept)]


def test_a_page_catches_up_when_all_of_the_stream_was_trimmed_away(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page, seq = system.page_that_left(pattern())
    missed = pattern()
    delivered = missed["data"] | {"producer": "streaming", "seq": 1}
    system.append({**missed, "data": delivered})
    system.store(missed, "streaming", 1)
    eventually(lambda: system.checkpoints(flow(missed)))
    system.redis.xtrim(names.STREAM_EVENTS, maxlen=0)
    page.heard.clear()
    page.connect()
    answer = page.resume(seq)
    assert (answer["caught_up"], answer["from"]) == (1, "database")
    assert page.flows() == [flow(missed)]


def test_a_page_that_left_amid_the_events_of_one_close_hears_the_others(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page, detected_at = system.live_page(), round(time.time(), 3)
    first, missed, kept = (pattern(timestamp=detected_at) for _ in range(3))
    time.sleep(0.05)  # what one close brings is detected at once and published in turn
    system.append(first)
    seq = eventually(lambda: page.events("pattern_alert"))[0]["seq"]
    page.close()
    system.store(missed, "streaming", 1)
    system.redis.xtrim(names.STREAM_EVENTS, maxlen=0)
    time.sleep(0.01)  # the ids of the stream are its times
    system.append(kept)
    eventually(lambda: system.checkpoints(flow(kept)))
    page.heard.clear()
    page.connect()
    assert page.resume(seq)["from"] == "database"
    assert page.flows() == [flow(missed), flow(kept)]


def test_events_of_another_market_are_neither_told_nor_logged(
    system: Any, eventually: Any, pattern: Any
) -> None:
    system.service.stop()
    foreign, own = pattern(), pattern()
    system.append(foreign)
    recent = names.recent_pattern_key("AAPL", "Doji", 1.0)
    system.redis.hset(recent, "data", "{}")
    system.redis.set(names.STREAM_MARKET, "real")
    system.service.start()
    page = system.live_page()
    system.append(own)
    eventually(lambda: flow(own) in page.flows())
    assert not system.redis.exists(recent)
    assert page.flows() == [flow(own)]
    assert not system.checkpoints(flow(foreign))


def test_a_page_that_does_not_read_is_ended_and_nobody_waits_for_it(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page, unread = system.live_page(), system.page()
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    small.connect(("127.0.0.1", int(system.service.environ["APPV2_PORT"])))
    deaf = connect(unread.url, unread.cookie(), small)
    deaf.say(b'420["resume",{}]')
    eventually(lambda: any(frame.startswith(b"430") for frame in deaf.frames()))
    sent = [pattern(reason="r" * 2_000) for _ in range(1_200)]
    for event in sent:
        system.append(event)
    flows = [event["data"]["flow_id"] for event in sent]
    eventually(lambda: len(page.flows()) == len(flows), 60)
    assert page.flows() == flows
    eventually(lambda: "connection_too_slow" in system.service.log.read_text())
    small.close()


def test_nobody_connected_is_logged_as_no_user(system: Any, eventually: Any, pattern: Any) -> None:
    message = pattern()
    system.append(message)
    passed = eventually(lambda: system.checkpoints(flow(message)))
    assert ("WEBSOCKET_DELIVERED", 0) in passed


def test_stopped_by_a_signal_it_ends_in_good_order(
    system: Any, eventually: Any, pattern: Any
) -> None:
    page, message = system.live_page(), pattern()
    system.append(message)
    eventually(page.flows)
    assert system.service.stop() == 0
    assert logged(system, flow(message)) == ALL_THREE


def test_threads_and_gevent_serve_as_well_as_eventlet(
    other_system: Any, eventually: Any, pattern: Any
) -> None:
    page, message, outsider = other_system.live_page(), pattern(), pattern()
    other_system.append(message)
    other_system.publish(names.EVENTS_PATTERNS, outsider)
    eventually(lambda: flow(outsider) in page.flows())
    assert page.flows() == [flow(message), flow(outsider)]
    eventually(lambda: logged(other_system, flow(outsider)) == ALL_THREE)
    page.close()
    page.connect()
    assert page.resume("0-1")["caught_up"] >= 1
    assert other_system.service.stop() == 0
