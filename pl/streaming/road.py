"""The one road of an event: numbered, committed, published, on a thread of its own.

While PostgreSQL is away the durable step is a record in the spool; while Redis is away what
was committed waits in order. Nothing is published before it is durable, and a bar is stored
only after what follows from it, so that a crash between finds the bar again.
"""

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog

from pl.signals.signal import Signal
from pl.store.event_rows import encode_events
from pl.store.events import Progress, StoredEvent
from pl.store.patterns import PatternStore
from pl.store.spooled import SpooledWrites
from pl.streaming.events import Circumstances, build_event, mark_degraded
from pl.streaming.findings import Finding
from pl.streaming.flows import Flows
from pl.streaming.loads import Load, parts_of
from pl.streaming.publication import Publication
from service.errors import Unavailable

log = structlog.get_logger()

MAINTAIN_EVERY_S: Final = 0.5
MARK_EVERY_S: Final = 5.0
CLEAR_WAY_S: Final = 0.1
"""So long what nobody waits for leaves processor and disk to alerts on their way to a screen,
counted from the first of them: a storm that takes longer to tell has cleared its own way."""
HEAD_START_S: Final = 0.02
"""So long at most who brings alerts leaves the interpreter to the first of them."""
MOST_FOLLOWING: Final = 4
DRAINED_AT_ONCE: Final = 8
"""Records of TOLD_AT_ONCE events at most that are brought from disk between two closes."""
PROGRESS: Final = "signals"

Telling = Future[Future[None]]
"""What makes events durable, then publishes them."""


@dataclass(slots=True)
class Road:
    """Carry loads in order. `start` after `recover` of the bus; `stop` carries what is left.

    database : why PostgreSQL takes nothing, empty while it does; failure : a bug of ours, or a
    disk that takes no spool record; told : events by life; telling_since : since when alerts have
    the way to themselves, 0 when they need it no more. All are read from other threads.
    clear_way_s : how long what follows alerts waits for them to reach a screen; head_start_s : how
    long at most who brings alerts waits for the first to be out.
    """

    producer: str
    store: PatternStore
    spool: SpooledWrites
    publication: Publication
    flows: Flows
    next_seq: int
    expires_at: Callable[[Signal], float]
    clock: Callable[[], float] = time.time
    clear_way_s: float = CLEAR_WAY_S
    head_start_s: float = HEAD_START_S
    database: str = ""
    failure: str = ""
    telling_since: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    _loads: "queue.SimpleQueue[Load | None]" = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None
    _first_out: threading.Event = field(default_factory=threading.Event)
    _committing: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="event-commit")
    )
    _publishing: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="event-publish")
    )
    _telling: list[Telling] = field(default_factory=list)
    _following: deque[Callable[[], None]] = field(default_factory=deque)
    _reached: Progress | None = None
    _reached_at: float = 0.0
    _marked_at: float = 0.0
    _marked_seq: int = 0

    @property
    def waiting(self) -> int:
        """Return how many closes are still to be carried."""
        return self._loads.qsize()

    def start(self) -> None:
        """Start carrying."""
        self._thread = threading.Thread(target=self._run, name="event-road", daemon=True)
        self._thread.start()

    def submit(self, load: Load) -> None:
        """Queue a load; wait until the first alerts of a close are out, but not for long."""
        is_first = len(load.found) > 0 and not self.telling_since
        self._first_out.clear()
        self._loads.put(load)
        if is_first and self._thread is not None:
            self._first_out.wait(self.head_start_s)

    def stop(self, timeout_s: float) -> None:
        """Carry what is queued, then stop; waits at most `timeout_s`."""
        self._loads.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._committing.shutdown(wait=False)
        self._publishing.shutdown(wait=False)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except Exception as error:  # the thread's outer boundary: the loop must hear of it
            log.exception("event_road_failed")
            self.failure = f"{type(error).__name__}: {error}"

    def _step(self) -> bool:
        patience_s = MAINTAIN_EVERY_S
        if self._following:
            left_s = self.telling_since + self.clear_way_s - self.clock()
            patience_s = min(max(left_s, 0.0), self.clear_way_s)
        try:
            load = self._loads.get(timeout=patience_s)
        except queue.Empty:
            self._finish()
            return True
        if load is None:
            self._finish()
            self._advance(force=True)
            self._mark(force=True)
            return False
        self._carry(load)
        clears_way = self.clear_way_s and self.telling_since
        if not clears_way or len(self._following) >= MOST_FOLLOWING:
            self._finish()
        return True

    def _carry(self, load: Load) -> None:
        """Tell a close: the first alerts alone, so that they come soon, the rest in a pipeline.

        What comes ahead of the rest of its close is told when that is carried.

        Whatever takes the interpreter is done here; threads beside it wait for the servers.

        How far was evaluated is committed with the last part: after a crash before it the close
        is evaluated again, and what was told already is known.
        """
        progress = None
        if load.through_ms is not None:
            progress = Progress(self.producer, PROGRESS, load.through_ms)
        if len(load.found) and not self.telling_since:
            self.telling_since = self.clock()
        events: list[StoredEvent] = []
        for part in parts_of(len(load.found)):
            events = self._numbered(load, load.found[part])
            reached = progress if part.stop >= len(load.found) else None
            if events and not part.start and not self._telling:
                self.publication.add(self._made_durable(events, reached))
            elif events:
                rows = encode_events(events)
                before = self._telling[-1] if self._telling else None
                told = self._committing.submit(self._tell, events, reached, before, rows)
                self._telling.append(told)
            self._first_out.set()
        if load.is_ahead:
            return
        self._settle()
        self._reach(progress, is_committed=bool(events))
        if load.through_ms is not None:
            self.flows.forget_old(load.through_ms)
        if load.then is not None:
            self._following.append(load.then)

    def _tell(
        self,
        events: list[StoredEvent],
        progress: Progress | None,
        before: "Telling | None",
        rows: bytes,
    ) -> Future[None]:
        """Make events durable after those before them; return their publication."""
        if before is not None:
            before.result()
        durable = self._made_durable(events, progress, rows)
        return self._publishing.submit(self.publication.add, durable)

    def _settle(self) -> None:
        """Wait until what is in the pipeline was told."""
        telling, self._telling = self._telling, []
        for each in telling:
            each.result().result()

    def _reach(self, progress: Progress | None, *, is_committed: bool) -> None:
        if progress is None:
            return
        if self._reached is None:
            self._reached_at = self.clock()
        self._reached = None if is_committed else progress

    def _finish(self) -> None:
        """Do what alerts do not wait for."""
        self._settle()
        self.telling_since = 0.0
        while self._following:
            self._following.popleft()()
        self._maintain()

    def _numbered(self, load: Load, part: Sequence[Finding]) -> list[StoredEvent]:
        events = []
        for signal, quality in part:
            admitted = self.flows.admit(signal)
            if admitted is None:
                continue
            until = self.expires_at(admitted)
            found = Circumstances(load.detected_at, load.received_at, until, quality, self.producer)
            events.append(build_event(admitted, self.next_seq, found))
            self.next_seq += 1
            self.told[admitted.life] += 1
        return events

    def _made_durable(
        self, events: list[StoredEvent], progress: Progress | None, rows: bytes = b""
    ) -> Sequence[StoredEvent]:
        at = self.clock()
        try:
            fresh = self.store.commit_events(events, progress, at, rows)
        except Unavailable as error:
            self.database = error.detail
            degraded = [mark_degraded(event) for event in events]
            self.spool.commit_events(degraded, progress, at)
            return degraded
        self.database = ""
        return fresh

    def _maintain(self) -> None:
        self.publication.flush()
        if self.spool.waiting:
            self._with_database(lambda: self.spool.drain(DRAINED_AT_ONCE))
        self._advance()
        self._mark()

    def _advance(self, *, force: bool = False) -> None:
        """Commit how far was evaluated; a little later, so that no alert waits for it."""
        progress = self._reached
        if progress is None or not (force or self.clock() - self._reached_at > MAINTAIN_EVERY_S):
            return
        if self._with_database(lambda: self.store.commit_events([], progress, self.clock())):
            self._reached = None

    def _mark(self, *, force: bool = False) -> None:
        """Remember what was published, for a Redis that loses its cursor."""
        seq = self.publication.seq
        due = self.clock() - self._marked_at > MARK_EVERY_S
        if seq <= self._marked_seq or not (force or due):
            return
        self._marked_at = self.clock()
        if self._with_database(lambda: self.store.mark_published(self.producer, seq)):
            self._marked_seq = seq

    def _with_database(self, work: Callable[[], object]) -> bool:
        """Do what may wait; return whether PostgreSQL took it."""
        try:
            work()
        except Unavailable as error:
            self.database = error.detail
            return False
        self.database = ""
        return True
