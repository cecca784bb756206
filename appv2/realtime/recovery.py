"""Send a browser what it missed, in order, before it hears live events again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from appv2.realtime.archive import Archive
from appv2.realtime.audience import Audience
from appv2.realtime.pattern_news import PatternNews, read_pattern
from appv2.realtime.relay import Relay
from appv2.realtime.seen import Key
from appv2.realtime.stream import LARGEST, EventStream, is_after, place
from service.errors import InvalidData

PAGE_SIZE: Final = 500
MOST_FROM_DATABASE: Final = 5000
AHEAD_PATIENCE_S: Final = 10.0
STEP_S: Final = 0.05
PUBLISHED_WITHIN_MS: Final = 10_000
"""An event is published so long after it was detected, at most: ids tell the one, rows the other.
A browser that gets one twice shows it once."""
NO_END: Final = str(LARGEST)


@dataclass(slots=True)
class CaughtUp:
    """Say how many events were sent, up to which id, and from where the oldest came."""

    n_events: int
    seq: str
    source: str


class Recovery:
    """Bring connections from the id they saw last to the relay's cursor."""

    def __init__(
        self,
        stream: EventStream,
        archive: Archive,
        relay: Relay,
        audience: Audience,
        sleep: Callable[[float], object],
    ) -> None:
        self._stream = stream
        self._archive = archive
        self._relay = relay
        self._audience = audience
        self._sleep = sleep

    def follow(self, sid: str, after: str) -> CaughtUp:
        """Send what came after an id, then let the connection hear live events.

        The last piece is sent while the relay stands still, so that nothing falls between.
        Raises redis.RedisError or Unavailable; the connection then hears nothing yet.
        """
        self._audience.pauses(sid)
        self._wait_until_reached(after)
        done = CaughtUp(0, after, "stream")
        sent = self._send_trimmed(sid, after, done)
        while self._send_page(sid, done, sent) == PAGE_SIZE:
            self._let_read(sid)
        with self._relay.reading:
            while self._send_page(sid, done, sent) == PAGE_SIZE:
                continue
            self._audience.hears_live(sid)
        return done

    def _wait_until_reached(self, after: str) -> None:
        """After a crash the relay may be behind what a browser saw: let it pass there first."""
        waited = 0.0
        while is_after(after, self._relay.cursor) and waited < AHEAD_PATIENCE_S:
            self._sleep(STEP_S)
            waited += STEP_S

    def _let_read(self, sid: str) -> None:
        """Wait for a slow browser: one for which too much waits would be cut off."""
        self._sleep(0)
        while self._audience.knows(sid) and not self._audience.is_reading(sid):
            self._sleep(STEP_S)

    def _send_trimmed(self, sid: str, after: str, done: CaughtUp) -> set[Key]:
        sent: set[Key] = set()
        first = self._stream.first_id()  # None when all of the stream is too old
        if after == self._relay.cursor or (first is not None and not is_after(first, after)):
            return sent
        since_ms, until = place(after)[0] - PUBLISHED_WITHIN_MS, place(first or NO_END)
        stored = self._archive.between(since_ms, until, MOST_FROM_DATABASE)
        for place_in_batch, event in enumerate(stored, start=1):
            self._send(sid, event.pseudo_id, event.raw, done, sent)
            if place_in_batch % PAGE_SIZE == 0:
                self._let_read(sid)
        if stored:
            done.source = "database"
        return sent

    def _send_page(self, sid: str, done: CaughtUp, sent: set[Key]) -> int:
        entries = self._stream.read(done.seq, PAGE_SIZE)
        passed = [entry for entry in entries if not is_after(entry.id, self._relay.cursor)]
        for entry in passed:
            self._send(sid, entry.id, entry.raw, done, sent)
            done.seq = entry.id
        return len(passed)

    def _send(self, sid: str, seq: str, raw: bytes, done: CaughtUp, sent: set[Key]) -> None:
        for news in _readable(raw):
            named = news.identified_by(seq)
            if named.key not in sent:
                sent.add(named.key)
                self._audience.send(seq, named, sid)
                done.n_events += 1


def _readable(raw: bytes) -> Iterator[PatternNews]:
    try:
        yield read_pattern(raw, 0.0)
    except InvalidData:
        return
