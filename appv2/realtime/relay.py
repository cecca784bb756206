"""Read the event stream, deliver each event once and in order, and bring outsiders into it."""

import threading
import time
from collections.abc import Callable
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
BACKOFF_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold an event on its way to browsers; `seq` is its stream id."""

    seq: str
    news: PatternNews
    received_at: float
    parsed_at: float


class Relay:
    """Own the one cursor in the event stream.

    `deliver` sends an event to all browsers and returns how many users it reached.
    """

    def __init__(
        self,
        stream: EventStream,
        journal: Journal,
        gaps: SequenceGaps,
        seen: SeenEvents,
        tallies: Tallies,
        deliver: Callable[[Delivery], int],
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

    def take(self, entries: list[Entry], received_at: float) -> None:
        """Deliver entries in order, leaving out those at or before the cursor."""
        with self.reading:
            for entry in entries:
                if is_after(entry.id, self.cursor):
                    self._pass(entry, received_at)

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

    def _pass(self, entry: Entry, received_at: float) -> None:
        passage = self._relay(entry, received_at)
        self.cursor = entry.id
        self._journal.note(Position(entry.id, self._gaps.complete_through()), passage)

    def _relay(self, entry: Entry, received_at: float) -> Passage | None:
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
        delivery = Delivery(entry.id, news, received_at, self._clock())
        user_count = self._deliver(delivery)
        self._tallies.add("delivered")
        return Passage(news, received_at, delivery.parsed_at, self._clock(), user_count)
