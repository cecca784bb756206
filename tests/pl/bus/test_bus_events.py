"""Events reach stream and channels once and in order, whatever dies in between."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import msgspec
import pytest
import redis

from contracts.messages.patterns import RecentPattern
from contracts.names import (
    EVENT_FIELD,
    EVENTS_PATTERNS,
    PATTERNS_STREAMING,
    PATTERNS_UPDATED,
    STREAM_EVENTS,
    recent_pattern_key,
)
from pl.bus.connection import connect
from pl.bus.events import EventPublisher
from pl.bus.recovery import recover
from pl.store.connection import Database
from pl.store.patterns import PatternStore
from service.errors import Unavailable
from tests.pl.store.samples import PRODUCER, detection, retraction

pytestmark = pytest.mark.integration


@pytest.fixture
def client(redis_server: Any) -> Iterator[redis.Redis]:
    with closing(connect(redis_server.url, "test")) as client:
        client.flushall()
        yield client


@pytest.fixture
def publisher(client: redis.Redis) -> EventPublisher:
    return EventPublisher(client, PRODUCER)


@pytest.fixture
def patterns(database: Any) -> Iterator[PatternStore]:
    with closing(Database(database.url, application="test")) as store:
        yield PatternStore(store)


def stream(client: redis.Redis) -> list[bytes]:
    return [fields[EVENT_FIELD.encode()] for _, fields in client.xrange(STREAM_EVENTS)]


def test_an_event_goes_to_the_stream_and_to_its_channels(
    client: redis.Redis, publisher: EventPublisher
) -> None:
    event = detection(1)
    taken_back = retraction(event, 2)
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(EVENTS_PATTERNS, PATTERNS_STREAMING, PATTERNS_UPDATED)
    published = publisher.publish([event, taken_back])
    assert (len(published.ids), published.refused) == (2, 0)
    heard: list[tuple[str, bytes]] = []
    while len(heard) < 3:
        message = listener.get_message(timeout=5)
        if message:
            heard.append((message["channel"].decode(), message["data"]))
    listener.close()
    assert heard == [*event.messages, *taken_back.messages]
    assert stream(client) == [event.body, taken_back.body]
    assert publisher.cursor() == 2


def test_who_waits_at_the_stream_gets_the_events_of_a_close_together(
    client: redis.Redis, publisher: EventPublisher, redis_server: Any
) -> None:
    publisher.publish([detection(1)])
    last_id = client.xinfo_stream(STREAM_EVENTS)["last-generated-id"]
    with (
        closing(connect(redis_server.url, "reader", timeout_s=30.0)) as reader,
        ThreadPoolExecutor() as beside,
    ):
        waiting = beside.submit(reader.xread, {STREAM_EVENTS: last_id}, block=20_000)
        while not client.info("clients")["blocked_clients"]:
            continue
        publisher.publish([detection(seq) for seq in range(2, 12)], 1)
        ((_, entries),) = waiting.result()
    assert len(entries) == 10


def test_the_recent_pattern_is_kept_for_less_than_an_hour(
    client: redis.Redis, publisher: EventPublisher
) -> None:
    event = detection(1)
    publisher.publish([event, retraction(event, 2)])
    key = recent_pattern_key(event.data.symbol, event.data.pattern, event.data.timestamp)
    assert [found.decode() for found in client.keys("tickstock:patterns:*")] == [key]
    recent = msgspec.json.decode(client.hget(key, "data"), type=RecentPattern)
    assert (recent.symbol, recent.pattern_type) == (event.data.symbol, event.data.pattern)
    assert 0 < client.ttl(key) < 3_600


def test_a_number_at_or_below_the_cursor_is_refused(
    client: redis.Redis, publisher: EventPublisher
) -> None:
    events = [detection(seq) for seq in range(1, 4)]
    publisher.publish(events[:2])
    assert publisher.publish(events).refused == 2
    assert stream(client) == [event.body for event in events]


def test_producers_count_for_themselves(client: redis.Redis, publisher: EventPublisher) -> None:
    publisher.publish([detection(9)])
    other = EventPublisher(client, "another")
    assert other.publish([detection(1, producer="another")]).refused == 0
    assert (publisher.cursor(), other.cursor()) == (9, 1)


def test_a_script_that_redis_forgot_is_loaded_again(
    client: redis.Redis, publisher: EventPublisher
) -> None:
    publisher.publish([detection(1)])
    client.script_flush()
    assert len(publisher.publish([detection(2), detection(3)]).ids) == 2


def test_after_a_failed_event_none_of_its_batch_passes(
    client: redis.Redis, publisher: EventPublisher
) -> None:
    client.set(STREAM_EVENTS, "no stream")
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        publisher.publish([detection(1), detection(2)])
    assert publisher.cursor() is None


def test_the_stream_is_trimmed_by_time(client: redis.Redis) -> None:
    at = time.time()
    EventPublisher(client, PRODUCER).publish([detection(seq) for seq in range(1, 301)])
    tomorrow = EventPublisher(client, PRODUCER, clock=lambda: at + 25 * 3_600)
    tomorrow.publish([detection(301)])
    assert client.xlen(STREAM_EVENTS) < 150


def test_committed_and_not_published_is_published_at_start(
    client: redis.Redis, publisher: EventPublisher, patterns: PatternStore
) -> None:
    events = [detection(seq) for seq in range(1, 6)]
    patterns.commit_events(events, None, time.time())
    publisher.publish(events[:3])  # and then the producer died
    found = recover(patterns, publisher, PRODUCER)
    assert (found.republished, found.next_seq) == (2, 6)
    assert stream(client) == [event.body for event in events]
    assert recover(patterns, publisher, PRODUCER).republished == 0
    assert patterns.published_seq(PRODUCER) == 5


def test_a_first_start_begins_at_one(publisher: EventPublisher, patterns: PatternStore) -> None:
    found = recover(patterns, publisher, PRODUCER)
    assert (found.republished, found.next_seq) == (0, 1)


def test_a_flushed_redis_gets_only_what_nobody_has_seen(
    client: redis.Redis, publisher: EventPublisher, patterns: PatternStore
) -> None:
    events = [detection(seq) for seq in range(1, 6)]
    patterns.commit_events(events, None, time.time())
    publisher.publish(events[:3])
    patterns.mark_published(PRODUCER, 3)
    client.flushall()
    found = recover(patterns, publisher, PRODUCER)
    assert (found.republished, found.next_seq) == (2, 6)
    assert stream(client) == [event.body for event in events[3:]]


def test_a_killed_redis_comes_back_with_cursor_and_stream(
    redis_server: Any, client: redis.Redis, publisher: EventPublisher
) -> None:
    publisher.publish([detection(1)])
    first = stream(client)
    redis_server.kill()
    try:
        with pytest.raises(Unavailable, match="Redis"):
            publisher.publish([detection(2)])
    finally:
        redis_server.start()
    second = detection(2)
    publisher.publish([second])
    assert stream(client)[-1] == second.body
    assert publisher.cursor() == 2
    assert set(stream(client)) <= {*first, second.body}


def test_a_restart_between_two_publishes_goes_unnoticed(
    redis_server: Any, client: redis.Redis, publisher: EventPublisher
) -> None:
    publisher.publish([detection(1)])
    redis_server.restart()
    assert len(publisher.publish([detection(2)]).ids) == 1


def test_a_redis_that_is_busy_with_somebodys_script_is_waited_for(
    client: redis.Redis, publisher: EventPublisher, redis_server: Any
) -> None:
    def publish_while(script: "Future[Any]") -> None:
        while not script.done():
            publisher.publish([detection(2)], after=1)

    client.config_set("lua-time-limit", 50)
    publisher.publish([detection(1)])
    with closing(connect(redis_server.url, "somebody")) as somebody, ThreadPoolExecutor(1) as pool:
        script = pool.submit(somebody.eval, "while true do end", 0)
        try:
            with pytest.raises(Unavailable, match="BUSY"):
                publish_while(script)
        finally:
            client.script_kill()
            assert script.exception(5.0)
            client.config_set("lua-time-limit", 5_000)
    assert publisher.publish([detection(2), detection(3)], after=1).ids
    assert publisher.cursor() == 3
