"""Publish what may be lost: bars, quotes, health, session, ticks, errors.

`publish` only queues; a thread of its own sends in pipelines. While Redis is away the oldest
messages are dropped and counted.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

import redis

from pl.bus.connection import answering
from service.errors import Unavailable

LONGEST_QUEUE: Final = 20_000
PIPELINE: Final = 500
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0

ONCE_PREFIX: Final = "tickstock:told:"
ONCE_S: Final = 3_600
PUBLISH_ONCE: Final = """
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[3]) then
    return redis.call('PUBLISH', ARGV[1], ARGV[2])
end
return 0
"""

Message = tuple[str, bytes, str]
"""Channel, body, and the key under which it is told once, empty when it may be repeated."""


class TelemetryPublisher:
    """Publish without waiting; callable from any thread and from an event loop."""

    def __init__(self, client: redis.Redis, *, longest_queue: int = LONGEST_QUEUE) -> None:
        self._client = client
        self._longest = longest_queue
        self._queue: deque[Message] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._sent = 0
        self._dropped = 0
        self._problem = ""
        self._thread = threading.Thread(target=self._send_all, name="telemetry", daemon=True)

    @property
    def sent(self) -> int:
        """Return how many messages Redis has taken."""
        return self._sent

    @property
    def dropped(self) -> int:
        """Return how many messages were given up."""
        return self._dropped

    @property
    def problem(self) -> str:
        """Return why nothing is going out, empty while all is well."""
        return self._problem

    def start(self) -> None:
        """Start sending."""
        self._thread.start()

    def publish(self, channel: str, body: bytes) -> None:
        """Queue one message; drops the oldest when the queue is full."""
        self._put((channel, body, ""))

    def publish_once(self, channel: str, body: bytes, key: str) -> None:
        """Queue one message that Redis leaves out when one of that key went out within the hour."""
        self._put((channel, body, ONCE_PREFIX + key))

    def _put(self, message: Message) -> None:
        with self._changed:
            if len(self._queue) >= self._longest:
                self._queue.popleft()
                self._dropped += 1
            self._queue.append(message)
            self._changed.notify()

    def publish_all(self, channel: str, bodies: Sequence[bytes]) -> None:
        """Queue messages for one channel; drops the oldest when the queue is full."""
        if not bodies:
            return
        with self._changed:
            self._queue.extend((channel, body, "") for body in bodies)
            while len(self._queue) > self._longest:
                self._queue.popleft()
                self._dropped += 1
            self._changed.notify()

    def close(self, timeout_s: float = 2.0) -> None:
        """Send what is queued if Redis takes it, then stop; waits at most `timeout_s`."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _send_all(self) -> None:
        pause_s = FIRST_PAUSE_S
        while batch := self._next_batch():
            try:
                self._send(batch)
                self._problem, pause_s = "", FIRST_PAUSE_S
            except Unavailable as error:
                self._problem = error.detail
                self._put_back(batch)
                if self._wait_or_closing(pause_s):
                    return
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def _next_batch(self) -> list[Message]:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            return [self._queue.popleft() for _ in range(min(PIPELINE, len(self._queue)))]

    def _send(self, batch: list[Message]) -> None:
        with answering(), self._client.pipeline(transaction=False) as pipeline:
            for channel, body, key in batch:
                if key:
                    pipeline.eval(PUBLISH_ONCE, 1, key, channel, body, ONCE_S)
                else:
                    pipeline.publish(channel, body)
            pipeline.execute()
        self._sent += len(batch)

    def _put_back(self, batch: list[Message]) -> None:
        with self._changed:
            room = max(0, self._longest - len(self._queue))
            kept = batch[-room:] if room else []
            self._dropped += len(batch) - len(kept)
            self._queue.extendleft(reversed(kept))

    def _wait_or_closing(self, pause_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._closing, pause_s)
