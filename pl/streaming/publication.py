"""Publish what is durable, in order; hold it while Redis is away."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from pl.bus.events import EventPublisher
from pl.store.events import StoredEvent
from service.errors import Unavailable

log = structlog.get_logger()

REMEMBERED: Final = 4_096


@dataclass(slots=True)
class Publication:
    """Know what Redis has been told, up to `seq`.

    A Redis that comes back may have lost its last second: what it forgot is published again
    from memory, before anything newer.
    """

    publisher: EventPublisher
    seq: int
    clock: Callable[[], float] = time.time
    problem: str = ""
    published: int = 0
    last_at: float = 0.0
    _waiting: deque[StoredEvent] = field(default_factory=deque)
    _said: deque[StoredEvent] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    @property
    def waiting(self) -> int:
        """Return how many events Redis has not taken yet."""
        return len(self._waiting)

    def add(self, events: Sequence[StoredEvent]) -> None:
        """Publish durable events after those that wait."""
        self._waiting.extend(events)
        self.flush()

    def flush(self) -> None:
        """Publish what waits, if Redis takes it."""
        if not (self._waiting or self.problem):
            return
        try:
            if self.problem:
                self._remind()
            self._publish()
        except Unavailable as error:
            self.problem = error.detail
        else:
            self.problem = ""

    def _publish(self) -> None:
        if not self._waiting:
            return
        events = list(self._waiting)
        self.publisher.publish(events, self.seq)
        self.seq = events[-1].data.seq
        self.published += len(events)
        self.last_at = self.clock()
        self._said.extend(events)
        self._waiting.clear()

    def _remind(self) -> None:
        cursor = self.publisher.restore_cursor(self.seq)
        forgotten = [event for event in self._said if event.data.seq > cursor]
        if forgotten:
            self.publisher.publish(forgotten, cursor)
            log.warning("redis_reminded", events=len(forgotten), cursor=cursor)
