"""Find holes in a producer's sequence and bring what fell into them back into the stream."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import redis
import structlog

from appv2.realtime.archive import Archive
from appv2.realtime.pattern_news import PatternNews
from appv2.realtime.stream import EventStream
from appv2.realtime.tallies import Tallies
from service.errors import Unavailable

log = structlog.get_logger()

SETTLE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
PATIENCE_S: Final = 600.0
LARGEST_PIECE: Final = 500
LARGEST_HOLE: Final = 200_000


@dataclass(slots=True)
class Hole:
    """Hold the numbers of a producer's sequence that did not come by, in order.

    found_at, due_at : unix seconds; what is not in PostgreSQL is asked for ever more rarely.
    """

    producer: str
    missing: list[int]
    found_at: float
    due_at: float = 0.0
    pause_s: float = SETTLE_S

    def rest(self, now: float) -> None:
        """Wait longer before each further look."""
        self.due_at = now + self.pause_s
        self.pause_s = min(LONGEST_PAUSE_S, self.pause_s * 2)


class SequenceGaps:
    """Watch the producers' sequences; refill holes from PostgreSQL into the stream.

    What is brought back stands in the stream after what revealed the hole, so that all browsers
    see one order and can resume from it.
    """

    def __init__(
        self,
        archive: Archive,
        stream: EventStream,
        tallies: Tallies,
        heads: dict[str, int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._archive = archive
        self._stream = stream
        self._tallies = tallies
        self._heads = heads
        self._clock = clock
        self._holes: list[Hole] = []

    @property
    def n_open(self) -> int:
        """How many holes are open."""
        return len(self._holes)

    def complete_through(self) -> dict[str, int]:
        """Return for each producer the number up to which nothing is missing."""
        through = dict(self._heads)
        for hole in tuple(self._holes):
            for first in hole.missing[:1]:  # none: it was filled just now, on another thread
                through[hole.producer] = min(through[hole.producer], first - 1)
        return through

    def watch(self, news: PatternNews) -> None:
        """Take note of an event's number, and of the hole before it."""
        if news.producer is None or news.seq is None:
            return
        head = self._heads.get(news.producer, news.seq)
        if news.seq > head + 1:
            self._open(news.producer, max(head + 1, news.seq - LARGEST_HOLE), news.seq - 1)
        self._heads[news.producer] = max(news.seq, head)

    def _open(self, producer: str, first: int, last: int) -> None:
        self._holes.append(Hole(producer, list(range(first, last + 1)), self._clock()))
        self._tallies.add("holes")
        log.warning("sequence_hole", producer=producer, first=first, last=last)

    def run(self, stopping: threading.Event) -> None:
        """Refill holes until told to stop."""
        while not stopping.wait(SETTLE_S):
            for hole in tuple(self._holes):
                if hole.due_at <= self._clock():
                    self._try(hole)

    def _try(self, hole: Hole) -> None:
        hole.rest(self._clock())
        try:
            self.refill(hole)
        except (Unavailable, redis.RedisError) as error:
            log.warning("hole_stays_open", producer=hole.producer, detail=str(error))
            return
        if not hole.missing or self._clock() - hole.found_at > PATIENCE_S:
            self._tallies.add("events_missing", len(hole.missing))
            self._holes.remove(hole)

    def refill(self, hole: Hole) -> None:
        """Append what PostgreSQL has of a hole to the stream; what it has not stays missing.

        Raises Unavailable or redis.RedisError; the hole has then shrunk by what was done.
        """
        wanted = hole.missing.copy()
        for start in range(0, len(wanted), LARGEST_PIECE):
            piece = wanted[start : start + LARGEST_PIECE]
            for event in self._archive.with_seqs(hole.producer, piece):
                self._stream.append(event.raw)
                hole.missing.remove(event.seq)
                self._tallies.add("refilled")
