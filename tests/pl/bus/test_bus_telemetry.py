"""Telemetry never waits for Redis, and says what it had to give up."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import redis

from contracts.names import ALERTS_INDICATORS, BARS_STREAMING, PRODUCER_HEARTBEAT
from pl.bus.connection import connect
from pl.bus.heartbeat import Heartbeat
from pl.bus.telemetry import TelemetryPublisher
from service.errors import Unavailable

pytestmark = pytest.mark.integration


@pytest.fixture
def client(redis_server: Any) -> Iterator[redis.Redis]:
    with closing(connect(redis_server.url, "test")) as client:
        client.flushall()
        yield client


def hear(listener: Any, n_messages: int) -> list[bytes]:
    heard: list[bytes] = []
    deadline = time.monotonic() + 30
    while len(heard) < n_messages and time.monotonic() < deadline:
        message = listener.get_message(timeout=1)
        if message:
            heard.append(message["data"])
    return heard


def test_messages_arrive_in_order(client: redis.Redis) -> None:
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(BARS_STREAMING)
    listener.get_message(timeout=1)
    telemetry = TelemetryPublisher(client)
    telemetry.start()
    sent = [str(number).encode() for number in range(2_000)]
    for body in sent:
        telemetry.publish(BARS_STREAMING, body)
    telemetry.close(30.0)
    assert hear(listener, 2_000) == sent
    assert (telemetry.sent, telemetry.dropped, telemetry.problem) == (2_000, 0, "")
    listener.close()


def test_what_is_told_once_is_left_out_when_another_run_tells_it_again(
    client: redis.Redis,
) -> None:
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(ALERTS_INDICATORS)
    listener.get_message(timeout=1)
    for run in (b"first", b"second"):
        telemetry = TelemetryPublisher(client)
        telemetry.start()
        telemetry.publish_once(ALERTS_INDICATORS, run, "AAPL:RSI_OVERBOUGHT:1795600800")
        telemetry.publish(ALERTS_INDICATORS, b"end of " + run)
        telemetry.close(30.0)
    assert hear(listener, 3) == [b"first", b"end of first", b"end of second"]
    assert 0 < client.ttl("tickstock:told:AAPL:RSI_OVERBOUGHT:1795600800") <= 3_600
    listener.close()


def test_without_redis_the_oldest_are_dropped_and_counted() -> None:
    with closing(connect("redis://127.0.0.1:1/0", "test")) as nobody:
        telemetry = TelemetryPublisher(nobody, longest_queue=100)
        telemetry.start()
        for number in range(1_000):
            telemetry.publish(BARS_STREAMING, str(number).encode())
        telemetry.close()
        assert (telemetry.sent, telemetry.dropped) == (0, 900)
        assert telemetry.problem
        assert "telemetry" not in {thread.name for thread in threading.enumerate()}


def test_what_was_queued_during_an_outage_arrives_after_it(
    redis_server: Any, client: redis.Redis
) -> None:
    telemetry = TelemetryPublisher(client)
    redis_server.kill()
    try:
        telemetry.start()
        telemetry.publish(BARS_STREAMING, b"during")
    finally:
        redis_server.start()
    with closing(connect(redis_server.url, "listener")) as other:
        listener = other.pubsub(ignore_subscribe_messages=True)
        listener.subscribe(BARS_STREAMING)
        listener.get_message(timeout=1)
        telemetry.publish(BARS_STREAMING, b"after")
        assert hear(listener, 1)[-1] in {b"during", b"after"}
        telemetry.close(30.0)
        listener.close()
    assert telemetry.sent == 2


def test_the_heartbeat_is_unix_seconds(client: redis.Redis) -> None:
    Heartbeat(client).beat(1_795_089_600.25)
    assert float(client.get(PRODUCER_HEARTBEAT)) == 1_795_089_600.25
    with closing(connect("redis://127.0.0.1:1/0", "test")) as nobody, pytest.raises(Unavailable):
        Heartbeat(nobody).beat(1.0)
