"""Take jobs from the stream and the channels, each id once.

Entries of the stream survive the loader's absence: one that was taken and not finished comes
again, marked as resumed, when the loader starts. A bare publish reaches only a loader that runs.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec
import redis

from contracts.codec import encode
from contracts.messages.jobs import JobStatus
from contracts.names import (
    JOB_CHANNEL_FIELD,
    JOB_FIELD,
    JOB_STATUS_PREFIX,
    JOB_TAKEN_PREFIX,
    JOBS_BACKTEST,
    JOBS_CANCEL,
    JOBS_CONTROL,
    JOBS_DATA_LOAD,
    STREAM_JOBS,
)
from pl.bus.connection import ANSWER_TIMEOUT_S, answering
from pl.bus.orders import Job, Order, as_cancel, as_job

KEEP_STATUS_S: Final = 24 * 3600
KEEP_TAKEN_S: Final = 7 * 24 * 3600
LOOK_AGAIN_S: Final = 1.0

_GROUP: Final = "loader"
_CONSUMER: Final = "loader"
_CHANNELS: Final = (JOBS_DATA_LOAD, JOBS_BACKTEST, JOBS_CONTROL, JOBS_CANCEL)


class JobQueue:
    """Give out jobs and cancels; synchronous, for one thread. Raises Unavailable."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._pubsub: Any = None
        self._unfinished: deque[Order] = deque()
        self._given: set[str] = set()
        self._heard: deque[tuple[str, bytes]] = deque()

    def listen(self) -> None:
        """Hear from now on what is published; `next` does the same when this was not called."""
        with answering():
            try:
                self._listen()
            except redis.RedisError:
                self._forget_connection()
                raise

    def next(self, timeout_s: float) -> Order | None:
        """Return the next job, cancel or malformed message; None when none came in time."""
        deadline = self._clock() + timeout_s
        with answering():
            try:
                return self._next(deadline)
            except redis.RedisError:
                self._forget_connection()
                raise

    def finish(self, job: Job) -> None:
        """Take a job off the stream for good, however it ended."""
        if not job.entry_id:
            return
        self._given.discard(job.entry_id)
        with answering(), self._client.pipeline() as pipeline:
            pipeline.xack(STREAM_JOBS, _GROUP, job.entry_id)
            pipeline.xdel(STREAM_JOBS, job.entry_id)
            pipeline.execute()

    def set_status(self, status: JobStatus) -> None:
        """Write the status of a job, kept for 24 hours."""
        with answering():
            self._client.set(JOB_STATUS_PREFIX + status.job_id, encode(status), ex=KEEP_STATUS_S)

    def status(self, job_id: str) -> JobStatus | None:
        """Return the last status written for a job, None when it is unknown or too old."""
        with answering():
            raw = cast("bytes | None", self._client.get(JOB_STATUS_PREFIX + job_id))
        return None if raw is None else msgspec.json.decode(raw, type=JobStatus)

    def close(self) -> None:
        """Stop listening."""
        self._forget_connection()

    def _next(self, deadline: float) -> Order | None:
        self._listen()
        self._hear(0)  # a cancel overtakes the jobs before it
        while True:
            order = self._cancel() or self._resumed() or self._from_stream() or self._bare()
            remaining = deadline - self._clock()
            if order is not None or remaining <= 0:
                return order
            self._hear(0 if self._heard else min(remaining, LOOK_AGAIN_S))

    def _listen(self) -> None:
        if self._pubsub is not None:
            return
        self._create_group()
        pubsub: Any = self._client.pubsub()  # type: ignore[no-untyped-call]
        self._pubsub = pubsub
        pubsub.subscribe(*_CHANNELS)
        self._confirm(pubsub)
        pending = self._entries("0", count=1000)
        self._unfinished = deque(order for order in pending if not self._is_given(order))

    def _confirm(self, pubsub: Any) -> None:
        """Wait until the subscription stands: what is published before is heard by nobody."""
        waiting = len(_CHANNELS)
        while waiting:
            message = pubsub.get_message(timeout=ANSWER_TIMEOUT_S)
            if message is None:
                raise redis.TimeoutError("no answer to SUBSCRIBE")
            if message["type"] == "message":
                self._heard.append((message["channel"].decode(), message["data"]))
            else:
                waiting -= 1

    def _is_given(self, order: Order) -> bool:
        return isinstance(order, Job) and order.entry_id in self._given

    def _create_group(self) -> None:
        try:
            self._client.xgroup_create(STREAM_JOBS, _GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    def _forget_connection(self) -> None:
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            pubsub.close()

    def _hear(self, timeout_s: float) -> None:
        message = self._pubsub.get_message(timeout=timeout_s)
        while message is not None:
            if message["type"] == "message":
                self._heard.append((message["channel"].decode(), message["data"]))
            message = self._pubsub.get_message(timeout=0)

    def _cancel(self) -> Order | None:
        for index, (channel, body) in enumerate(self._heard):
            if channel in {JOBS_CONTROL, JOBS_CANCEL}:
                del self._heard[index]
                return as_cancel(channel, body)
        return None

    def _resumed(self) -> Order | None:
        if not self._unfinished:
            return None
        order = self._unfinished.popleft()
        if isinstance(order, Job):
            self._given.add(order.entry_id)
        return order

    def _from_stream(self) -> Order | None:
        try:
            found = self._entries(">", count=1)
        except redis.ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            self._create_group()  # the stream was flushed
            return None
        return self._claimed(found[0]) if found else None

    def _bare(self) -> Order | None:
        if not self._heard:
            return None
        channel, body = self._heard.popleft()
        return self._claimed(as_job(channel, body))

    def _claimed(self, order: Order) -> Order | None:
        if not isinstance(order, Job):
            return order
        key = JOB_TAKEN_PREFIX + order.id
        if self._client.set(key, order.entry_id or "-", nx=True, ex=KEEP_TAKEN_S):
            self._given.add(order.entry_id)
            return order
        self.finish(order)
        return None

    def _entries(self, after: str, *, count: int) -> list[Order]:
        answer = self._client.xreadgroup(_GROUP, _CONSUMER, {STREAM_JOBS: after}, count=count)
        return [self._order(entry_id, fields, after) for entry_id, fields in _rows(answer)]

    def _order(self, entry_id: str, fields: Mapping[bytes, bytes], after: str) -> Order:
        channel = fields.get(JOB_CHANNEL_FIELD.encode(), JOBS_DATA_LOAD.encode()).decode()
        body = fields.get(JOB_FIELD.encode(), b"")
        order = as_job(channel, body, resumed=after != ">", entry_id=entry_id)
        if not isinstance(order, Job):
            self.finish(Job("", channel, body, entry_id=entry_id))
        return order


def _rows(answer: Any) -> list[tuple[str, Mapping[bytes, bytes]]]:
    """Return the entries of the only stream asked for, whichever protocol answered."""
    streams = answer.values() if isinstance(answer, dict) else [rows for _, rows in answer or []]
    found: list[Any] = next(iter(streams), [])
    if found and isinstance(found[0], list):  # RESP3 wraps the entries once more
        found = found[0]
    return [(entry_id.decode(), fields or {}) for entry_id, fields in found]
