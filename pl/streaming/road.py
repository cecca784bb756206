"""The one road of an event: numbered, committed, published, on a thread of its own.

While PostgreSQL is away the durable step is a record in the spool; while Redis is away what
was committed waits in order. Nothing is published before it is durable.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from pl.bus.events import EventPublisher
from pl.errors import Unavailable
from pl.signals.signal import Signal
from pl.store.events import Progress, StoredEvent
from pl.store.patterns import PatternStore
from pl.store.spooled import SpooledWrites
from pl.streaming.events import Circumstances, build_event, mark_degraded
from pl.streaming.flows import KEEP_MS, Flows

log = structlog.get_logger()

MAINTAIN_EVERY_S: Final = 0.5
MARK_EVERY_S: Final = 5.0
PROGRESS: Final = "signals"


@dataclass(frozen=True, slots=True)
class Load:
    """Hold the alerts of one close: (signal, quality of its bar), and how far was evaluated."""

    found: Sequence[tuple[Signal, str]]
    received_at: float
    detected_at: float
    through_ms: int


@dataclass(slots=True)
class RoadState:
    """Tell how the road is; read from other threads."""

    published: int = 0
    last_published_at: float = 0.0
    waiting: int = 0
    database: str = ""
    redis: str = ""
    failure: str = ""


@dataclass(slots=True)
class Road:
    """Carry loads in order. `start` after `recover` of the bus; `stop` carries what is left."""

    producer: str
    store: PatternStore
    spool: SpooledWrites
    publisher: EventPublisher
    flows: Flows
    next_seq: int
    clock: Callable[[], float] = time.time
    state: RoadState = field(default_factory=RoadState)
    _loads: "queue.SimpleQueue[Load | None]" = field(default_factory=queue.SimpleQueue)
    _backlog: deque[StoredEvent] = field(default_factory=deque)
    _thread: threading.Thread | None = None
    _marked_at: float = 0.0
    _marked_seq: int = 0
    _published_seq: int = 0

    def start(self) -> None:
        """Start carrying."""
        self._thread = threading.Thread(target=self._run, name="event-road", daemon=True)
        self._thread.start()

    def submit(self, load: Load) -> None:
        """Queue a load; never blocks."""
        self.state.waiting += len(load.found)
        self._loads.put(load)

    def stop(self, timeout_s: float) -> None:
        """Carry what is queued, then stop; waits at most `timeout_s`."""
        self._loads.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except Exception as error:  # the thread's outer boundary: the loop must hear of it
            log.exception("event_road_failed")
            self.state.failure = f"{type(error).__name__}: {error}"

    def _step(self) -> bool:
        try:
            load = self._loads.get(timeout=MAINTAIN_EVERY_S)
        except queue.Empty:
            self._maintain()
            return True
        if load is None:
            self._publish_backlog()
            self._mark(force=True)
            return False
        self._carry(load)
        self._maintain()
        return True

    def _carry(self, load: Load) -> None:
        events = self._numbered(load)
        progress = Progress(self.producer, PROGRESS, load.through_ms)
        if events:
            self._backlog.extend(self._made_durable(events, progress))
            self._publish_backlog()
        else:
            self._advance(progress)
        self.state.waiting -= len(load.found)
        self.flows.forget_before(load.through_ms - KEEP_MS)

    def _numbered(self, load: Load) -> list[StoredEvent]:
        events = []
        for signal, quality in load.found:
            admitted = self.flows.admit(signal)
            if admitted is None:
                continue
            found = Circumstances(load.detected_at, load.received_at, quality, self.producer)
            events.append(build_event(admitted, self.next_seq, found))
            self.next_seq += 1
        return events

    def _made_durable(self, events: list[StoredEvent], progress: Progress) -> Sequence[StoredEvent]:
        at = self.clock()
        try:
            fresh = self.store.commit_events(events, progress, at)
        except Unavailable as error:
            self.state.database = error.detail
            degraded = [mark_degraded(event) for event in events]
            self.spool.commit_events(degraded, progress, at)
            return degraded
        self.state.database = ""
        return fresh

    def _advance(self, progress: Progress) -> None:
        try:
            self.store.commit_events([], progress, self.clock())
        except Unavailable as error:
            self.state.database = error.detail
        else:
            self.state.database = ""

    def _publish_backlog(self) -> None:
        if not self._backlog:
            return
        try:
            self.publisher.publish(list(self._backlog))
        except Unavailable as error:
            self.state.redis = error.detail
            return
        self.state.redis = ""
        self.state.published += len(self._backlog)
        self.state.last_published_at = self.clock()
        self._published_seq = self._backlog[-1].data.seq
        self._backlog.clear()

    def _maintain(self) -> None:
        if self.state.redis:
            self._publish_backlog()
        if self.spool.waiting:
            self._drain()
        self._mark()

    def _drain(self) -> None:
        try:
            self.spool.drain()
        except Unavailable as error:
            self.state.database = error.detail
            return
        self.state.database = ""

    def _mark(self, *, force: bool = False) -> None:
        """Remember what was published, for a Redis that loses its cursor."""
        due = self.clock() - self._marked_at > MARK_EVERY_S
        if self._published_seq <= self._marked_seq or not (force or due):
            return
        try:
            self.store.mark_published(self.producer, self._published_seq)
        except Unavailable as error:
            self.state.database = error.detail
            return
        self._marked_at, self._marked_seq = self.clock(), self._published_seq
