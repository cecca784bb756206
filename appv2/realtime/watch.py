"""Watch the dependencies, tell browsers when one comes or goes, and trim the stream."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

import redis
import structlog

from appv2.adapters.postgres import Postgres
from appv2.realtime.stream import EventStream
from contracts.names import PRODUCER_HEARTBEAT
from service.errors import Unavailable

log = structlog.get_logger()

LOOK_EVERY_S: Final = 2.0
TRIM_EVERY_S: Final = 60.0
DEAD_AFTER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Sight:
    """Hold what was seen of the dependencies at one time (unix seconds).

    An empty text means: nothing wrong. `heartbeat_at` is None when there never was one.
    """

    at: float
    redis_trouble: str
    postgres_trouble: str
    heartbeat_at: float | None

    @property
    def producer_alive(self) -> bool:
        """Whether the producer's heart beat within the last minute."""
        return self.heartbeat_at is not None and self.at - self.heartbeat_at <= DEAD_AFTER_S

    @property
    def feed_state(self) -> dict[str, Any]:
        """What browsers are told."""
        return {
            "producer": "alive" if self.producer_alive else "dead",
            "redis": "down" if self.redis_trouble else "up",
        }


class Watch:
    """Look every two seconds; `tell` hears the feed state whenever it changed."""

    def __init__(
        self,
        client: redis.Redis,
        market: Postgres,
        stream: EventStream,
        keep_hours: int,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._client = client
        self._market = market
        self._stream = stream
        self._keep_ms = keep_hours * 3_600_000
        self._tell = tell
        self._trimmed_at = 0.0
        self.sight = Sight(time.time(), "not looked yet", "not looked yet", None)

    def run(self, stopping: threading.Event) -> None:
        """Look until told to stop."""
        while not stopping.is_set():
            self.look()
            stopping.wait(LOOK_EVERY_S)

    def look(self) -> None:
        """Look once; trim the stream once a minute."""
        before, now = self.sight, time.time()
        heartbeat_at, redis_trouble = before.heartbeat_at, ""
        try:
            heartbeat_at = _heartbeat(cast("Any", self._client.get(PRODUCER_HEARTBEAT)))
            self._trim(now)
        except redis.RedisError as error:
            redis_trouble = str(error) or type(error).__name__
        self.sight = Sight(now, redis_trouble, self._postgres_trouble(), heartbeat_at)
        if self.sight.feed_state != before.feed_state:
            log.info("feed_state", **self.sight.feed_state)
            self._tell(self.sight.feed_state)

    def _postgres_trouble(self) -> str:
        try:
            self._market.rows("SELECT 1")
        except Unavailable as error:
            return error.detail
        return ""

    def _trim(self, now: float) -> None:
        if now - self._trimmed_at >= TRIM_EVERY_S:
            self._stream.trim(int(now * 1000) - self._keep_ms)
            self._trimmed_at = now


def _heartbeat(raw: bytes | None) -> float | None:
    try:
        return float(raw) if raw is not None else None
    except ValueError:
        return None
