"""Read the event stream, deliver each event once and in order, and bring outsiders into it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import redis
import structlog

from appv2.realtime.gaps import SequenceGaps
from appv2.realtime.journal import Journal, Passage, Position
from appv2.realtime.pattern_news import PatternNews, read_pattern
from appv2.realtime.seen import SeenEvents
from appv2.realtime.stream import Entry, EventStream, is_after
from appv2.realtime.tallies import Tallies
from service.errors import InvalidData

log = structlog.get_logger()

BLOCK_MS: Final = 1000
BATCH: Final = 200
TOGETHER: Final = 25
"""So many events are parsed before the first of them is sent."""
BACKOFF_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold an event on its way to browsers; `seq` is its stream id."""

    seq: str
    news: PatternNews
    received_at: float
    parsed_at: float

    def passage(self, delivered_at: float, user_count: int) -> Passage:
        """Return what the journal notes of it."""
        return Passage(self.news, self.received_at, self.parsed_at, delivered_at, user_count)


class Relay:
    """Own the one cursor in the event stream.

    `deliver` sends events to all browsers, in order, and returns how many users it reached.
    """

    def __init__(
        self,
        stream: EventStream,
        journal: Journal,
        gaps: SequenceGaps,
        seen: SeenEvents,
        tallies: Tallies,
        deliver: Callable[[Sequence[Delivery]], int],
        cursor: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._stream = stream
        self._journal = journal
        self._gaps = gaps
        self._seen = seen
        self._tallies = tallies
        self._deliver = deliver
        self._clock = clock
        self.cursor = cursor
        self.reading = threading.RLock()
        self.connected = False

    def run(self, stopping: threading.Event) -> None:
        """Relay until told to stop; while Redis is away, try again with growing pauses."""
        failures = 0
        while not stopping.is_set():
            try:
                self.take(self._stream.read(self.cursor, BATCH, BLOCK_MS), self._clock())
                self.connected = True
                self._journal.let_catch_up()
                failures = 0
            except redis.RedisError as error:
                self.connected = False
                if failures == 0:
                    log.warning("stream_lost", detail=str(error))
                stopping.wait(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
                failures += 1

    def catch_up(self) -> None:
        """Deliver everything that stands in the stream now; raises redis.RedisError."""
        while entries := self._stream.read(self.cursor, BATCH):
            self.take(entries, self._clock())

    def take(self, entries: Sequence[Entry], received_at: float) -> None:
        """Deliver entries in order, leaving out those at or before the cursor."""
        with self.reading:
            ahead = [entry for entry in entries if is_after(entry.id, self.cursor)]
            for start in range(0, len(ahead), TOGETHER):
                self._pass(ahead[start : start + TOGETHER], received_at)

    def offer(self, channel: str, raw: bytes, heard_at: float) -> None:
        """Take a pattern message from a channel; raises InvalidData or redis.RedisError.

        Our producer's stand in the stream before they are published. What does not is an
        outsider's and is added to the stream.
        """
        news = read_pattern(raw, heard_at)
        if self._seen.knows(news):
            return
        with self.reading:
            self.catch_up()
            if self._seen.knows(news):
                return
            self._stream.append(news.encoded(channel))
            self._tallies.add("outsiders")
            self.catch_up()

    def _pass(self, entries: Sequence[Entry], received_at: float) -> None:
        parsed = [(entry, self._parsed(entry, received_at)) for entry in entries]
        deliveries = [delivery for _, (delivery, _) in parsed if delivery is not None]
        user_count = self._deliver(deliveries) if deliveries else 0
        delivered_at = self._clock()
        self._tallies.add("delivered", len(deliveries))
        self.cursor = entries[-1].id
        for entry, (delivery, seqs) in parsed:
            passage = delivery.passage(delivered_at, user_count) if delivery else None
            self._journal.note(Position(entry.id, seqs), passage)

    def _parsed(self, entry: Entry, received_at: float) -> tuple[Delivery | None, dict[str, int]]:
        """Return what is to be delivered, if anything, and how complete the sequences are now."""
        delivery = self._read(entry, received_at)
        return delivery, self._gaps.complete_through()

    def _read(self, entry: Entry, received_at: float) -> Delivery | None:
        try:
            news = read_pattern(entry.raw, received_at).identified_by(entry.id)
        except InvalidData as error:
            self._tallies.malformed("stream", error)
            return None
        self._gaps.watch(news)
        if self._seen.knows(news):
            self._tallies.add("duplicates")
            return None
        self._seen.add(news)
        return Delivery(entry.id, news, received_at, self._clock())
