"""A job is taken once, from stream or channel, and survives the loader."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import redis

from contracts.messages.jobs import JobStatus
from contracts.names import (
    JOB_CHANNEL_FIELD,
    JOB_FIELD,
    JOB_STATUS_PREFIX,
    JOBS_BACKTEST,
    JOBS_CANCEL,
    JOBS_CONTROL,
    JOBS_DATA_LOAD,
    STREAM_JOBS,
)
from pl.bus.connection import connect
from pl.bus.jobs import JobQueue
from pl.bus.orders import Cancel, Job, Malformed
from service.errors import Unavailable

pytestmark = pytest.mark.integration

OpenQueue = Callable[[], JobQueue]


@pytest.fixture
def client(redis_server: Any) -> Iterator[redis.Redis]:
    with closing(connect(redis_server.url, "test")) as client:
        client.flushall()
        yield client


@pytest.fixture
def open_queue(redis_server: Any, client: redis.Redis) -> Iterator[OpenQueue]:
    with ExitStack() as stack:

        def opened() -> JobQueue:
            loader = stack.enter_context(closing(connect(redis_server.url, "loader")))
            queue = stack.enter_context(closing(JobQueue(loader)))
            queue.next(0)
            return queue

        yield opened


def submit(client: redis.Redis, job_id: str, channel: str = JOBS_DATA_LOAD) -> bytes:
    """What AppV2 does: the stream first, then the news."""
    body = f'{{"job_id": "{job_id}"}}'.encode()
    client.xadd(STREAM_JOBS, {JOB_CHANNEL_FIELD: channel, JOB_FIELD: body})
    client.publish(channel, body)
    return body


def everything(queue: JobQueue) -> list[Any]:
    found = []
    while (order := queue.next(0.2)) is not None:
        found.append(order)
    return found


def test_a_job_on_stream_and_channel_is_one_job(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    bodies = [submit(client, "a"), submit(client, "b", JOBS_BACKTEST), submit(client, "a")]
    jobs = everything(queue)
    assert [(job.id, job.channel, job.body, job.resumed) for job in jobs] == [
        ("a", JOBS_DATA_LOAD, bodies[0], False),
        ("b", JOBS_BACKTEST, bodies[1], False),
    ]


def test_a_bare_publish_is_a_job_too(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    for _ in range(2):
        client.publish(JOBS_DATA_LOAD, b'{"job_id": "bare"}')
    assert [job.id for job in everything(queue)] == ["bare"]


def test_whoever_listens_hears_everything_from_then_on(client: redis.Redis) -> None:
    with closing(connect_like(client)) as loader, closing(JobQueue(loader)) as queue:
        queue.listen()
        assert client.publish(JOBS_DATA_LOAD, b'{"job_id": "bare"}') == 1
        assert [job.id for job in everything(queue)] == ["bare"]


def test_a_job_waits_for_a_loader(client: redis.Redis, open_queue: OpenQueue) -> None:
    submit(client, "early")
    with closing(connect_like(client)) as loader, closing(JobQueue(loader)) as queue:
        job = queue.next(1)
    assert isinstance(job, Job)
    assert (job.id, job.resumed) == ("early", False)


def test_a_job_that_was_not_finished_comes_again(
    client: redis.Redis, open_queue: OpenQueue
) -> None:
    killed = open_queue()
    submit(client, "a")
    submit(client, "b")
    first, second = everything(killed)
    killed.finish(first)
    with closing(connect_like(client)) as loader, closing(JobQueue(loader)) as queue:
        (resumed,) = everything(queue)
        assert (resumed.id, resumed.resumed, resumed.entry_id) == ("b", True, second.entry_id)
        queue.finish(resumed)
    assert client.xlen(STREAM_JOBS) == 0
    with closing(connect_like(client)) as loader, closing(JobQueue(loader)) as queue:
        assert everything(queue) == []


def test_a_cancel_overtakes_jobs(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    for name in ("a", "b"):
        submit(client, name)
    client.publish(JOBS_CANCEL, b'{"type": "cancel_job", "job_id": "x"}')
    client.publish(JOBS_CONTROL, b'{"action": "cancel", "job_id": "y"}')
    orders = everything(queue)
    assert orders[:2] == [Cancel("x"), Cancel("y")]
    assert [order.id for order in orders[2:]] == ["a", "b"]


def test_only_a_cancel_cancels(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    said = {
        JOBS_CONTROL: (b'{"action": "explode", "job_id": "x"}', b'{"job_id": "x"}'),
        JOBS_CANCEL: (b'{"type": "historical_load", "job_id": "x"}', b'{"type": 7, "job_id": "x"}'),
    }
    for channel, bodies in said.items():
        for body in bodies:
            client.publish(channel, body)
    orders = everything(queue)
    assert [order.channel for order in orders if isinstance(order, Malformed)] == [
        *(JOBS_CONTROL, JOBS_CONTROL),
        *(JOBS_CANCEL, JOBS_CANCEL),
    ]
    assert orders[0] == Malformed(JOBS_CONTROL, "action: expected 'cancel', was 'explode'")


def test_nonsense_is_reported_and_stops_nothing(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    for body in (b"{", b"[]", b"{}", b'{"job_id": ""}', b'{"job_id": 7}', b"\xff"):
        client.publish(JOBS_DATA_LOAD, body)
    client.xadd(STREAM_JOBS, {"something": "else"})
    submit(client, "good")
    orders = everything(queue)
    assert sum(isinstance(order, Malformed) for order in orders) == 7
    assert [order.id for order in orders if isinstance(order, Job)] == ["good"]


def test_a_job_in_hand_is_not_given_again_after_an_outage(
    redis_server: Any, client: redis.Redis, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    submit(client, "long")
    (job,) = everything(queue)
    redis_server.kill()
    try:
        with pytest.raises(Unavailable):
            queue.next(0.1)
    finally:
        redis_server.start()
    assert everything(queue) == []
    submit(client, "later")
    assert [order.id for order in everything(queue)] == ["later"]
    queue.finish(job)


def test_a_flushed_redis_is_listened_to_again(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    client.flushall()
    submit(client, "a")
    assert [order.id for order in everything(queue)] == ["a"]


def test_the_status_is_kept_for_a_day(client: redis.Redis, open_queue: OpenQueue) -> None:
    queue = open_queue()
    status = JobStatus(
        job_id="a",
        status="running",
        progress=40,
        message="loading",
        processed_symbols=4,
        total_symbols=10,
        submitted_at="2026-11-19T12:00:00Z",
    )
    queue.set_status(status)
    assert queue.status("a") == status
    assert queue.status("unknown") is None
    assert 86_000 < client.ttl(JOB_STATUS_PREFIX + "a") <= 86_400


def connect_like(client: redis.Redis) -> redis.Redis:
    address = client.connection_pool.connection_kwargs
    return connect(f"redis://{address['host']}:{address['port']}/0", "loader")
