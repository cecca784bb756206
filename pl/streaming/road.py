"""The one road of an event: numbered, committed, published, on a thread of its own.

While PostgreSQL is away the durable step is a record in the spool; while Redis is away what
was committed waits in order. Nothing is published before it is durable, and a bar is stored
only after what follows from it, so that a crash between finds the bar again.
"""

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog

from pl.signals.signal import Signal
from pl.store.events import Progress, StoredEvent
from pl.store.patterns import PatternStore
from pl.store.spooled import SpooledWrites
from pl.streaming.events import Circumstances, build_event, mark_degraded
from pl.streaming.findings import Finding, Found
from pl.streaming.flows import Flows
from pl.streaming.publication import Publication
from service.errors import Unavailable

log = structlog.get_logger()

MAINTAIN_EVERY_S: Final = 0.5
MARK_EVERY_S: Final = 5.0
CLEAR_WAY_S: Final = 0.1
"""So long what nobody waits for leaves processor and disk to alerts on their way to a screen,
counted from the first of them: a storm that takes longer to tell has cleared its own way."""
HAND_OVER_S: Final = 0.000_2
"""As long as a thread takes to wake up."""
MOST_FOLLOWING: Final = 4
TOLD_FIRST: Final = 50
TOLD_AT_ONCE: Final = 250
"""Events of one transaction: the first ones of a close are few, so that they come soon."""
PROGRESS: Final = "signals"


@dataclass(frozen=True, slots=True)
class Load:
    """Hold the alerts of one close: (signal, quality of its bar), and how far was evaluated.

    through_ms : None when more of the close is still to come;
    then : called on the road's thread when they are durable, in the order of the loads; must
    not block.
    """

    found: Found
    received_at: float
    detected_at: float
    through_ms: int | None
    then: Callable[[], None]


@dataclass(slots=True)
class Road:
    """Carry loads in order. `start` after `recover` of the bus; `stop` carries what is left.

    database : why PostgreSQL takes nothing, empty while it does; failure : a bug of ours, or a
    disk that takes no spool record; told : events by life. All are read from other
    threads. clear_way_s : how long what follows alerts waits for them to reach a screen.
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
    database: str = ""
    failure: str = ""
    told: Counter[str] = field(default_factory=Counter)
    _loads: "queue.SimpleQueue[Load | None]" = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None
    _teller: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="event-teller")
    )
    _following: deque[Callable[[], None]] = field(default_factory=deque)
    _reached: Progress | None = None
    _reached_at: float = 0.0
    _marked_at: float = 0.0
    _marked_seq: int = 0
    _first_told_at: float = 0.0

    @property
    def waiting(self) -> int:
        """Return how many closes are still to be carried."""
        return self._loads.qsize()

    def start(self) -> None:
        """Start carrying."""
        self._thread = threading.Thread(target=self._run, name="event-road", daemon=True)
        self._thread.start()

    def submit(self, load: Load) -> None:
        """Queue a load; with alerts in it, leave interpreter and processor to the road at once."""
        self._loads.put(load)
        if len(load.found):
            time.sleep(HAND_OVER_S)

    def stop(self, timeout_s: float) -> None:
        """Carry what is queued, then stop; waits at most `timeout_s`."""
        self._loads.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._teller.shutdown(wait=False)

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
            left_s = self._first_told_at + self.clear_way_s - self.clock()
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
        clears_way = self.clear_way_s and (len(load.found) or len(self._following) > 1)
        if not clears_way or len(self._following) >= MOST_FOLLOWING:
            self._finish()
        return True

    def _carry(self, load: Load) -> None:
        """Tell a close; the first alerts of many soon, each part while the next is written.

        How far was evaluated is committed with the last part: after a crash before it the close
        is evaluated again, and what was told already is known.
        """
        progress = None
        if load.through_ms is not None:
            progress = Progress(self.producer, PROGRESS, load.through_ms)
            self.flows.forget_old(load.through_ms)
        telling: Future[None] | None = None
        self._first_told_at = self.clock()
        for part in _parts(len(load.found)):
            is_last = part.stop >= len(load.found)
            events = self._numbered(load, load.found[part])
            if telling is not None:
                telling.result()
            if events and is_last:
                self._tell(events, progress)
            elif events:
                telling = self._teller.submit(self._tell, events, None)
            if is_last and not events:
                self._reach(progress)
        if not len(load.found):
            self._reach(progress)
        self._following.append(load.then)

    def _tell(self, events: list[StoredEvent], progress: Progress | None) -> None:
        self.publication.add(self._made_durable(events, progress))
        if progress is not None:
            self._reached = None

    def _reach(self, progress: Progress | None) -> None:
        if progress is None:
            return
        if self._reached is None:
            self._reached_at = self.clock()
        self._reached = progress

    def _finish(self) -> None:
        """Do what alerts do not wait for."""
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
        self, events: list[StoredEvent], progress: Progress | None
    ) -> Sequence[StoredEvent]:
        at = self.clock()
        try:
            fresh = self.store.commit_events(events, progress, at)
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
            self._with_database(self.spool.drain)
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


def _parts(n: int) -> Iterator[slice]:
    """Return what is told together of `n` events; a close that has little more is told at once."""
    first = n if n <= 2 * TOLD_FIRST else TOLD_FIRST
    if n:
        yield slice(0, first)
    for begin in range(first, n, TOLD_AT_ONCE):
        yield slice(begin, min(begin + TOLD_AT_ONCE, n))
