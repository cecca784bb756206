"""Read from PostgreSQL what the relay needs to go on: its cursor, seen events, missed events."""

from dataclasses import dataclass
from typing import Final

from appv2.adapters.postgres import Postgres
from appv2.realtime.seen import Key
from appv2.realtime.tolerance import LATEST_S
from contracts.messages.envelopes import CONSUMER
from contracts.names import STREAM_EVENTS

PRODUCER_PREFIX: Final = "producer "
LATEST_MS: Final = int(LATEST_S * 1000)

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """Hold an encoded event of the producer and when it was detected (unix seconds)."""

    raw: bytes
    seq: int
    detected_at: float

    @property
    def pseudo_id(self) -> str:
        """Return a stream id of the same time, for events whose own id is lost.

        The producer's number tells those of one millisecond apart.
        """
        return f"{round(self.detected_at * 1e6) // 1000}-{self.seq}"


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Hold how far the relay came: in the stream, and in each producer's sequence."""

    stream_id: str | None
    producer_seqs: dict[str, int]


class Archive:
    """Look up pattern events and the relay's own log."""

    def __init__(self, market: Postgres, keep_hours: int) -> None:
        self._market = market
        self._keep_hours = keep_hours

    def bookmark(self) -> Bookmark:
        """Return how far the relay came, as last committed."""
        rows = self._market.rows("SELECT stream, last_id FROM appv2.relay_cursor")
        ids = {row["stream"]: row["last_id"] for row in rows}
        seqs = {
            stream.removeprefix(PRODUCER_PREFIX): int(last_id)
            for stream, last_id in ids.items()
            if stream.startswith(PRODUCER_PREFIX)
        }
        return Bookmark(ids.get(STREAM_EVENTS), seqs)

    def seen_keys(self, limit: int = 200_000) -> list[Key]:
        """Return the keys of events received within the stream's time, oldest first."""
        rows = self._market.rows(
            "SELECT flow_id::text AS flow_id, details->>'life' AS life,"
            " coalesce((details->>'revision')::bigint, 0) AS revision FROM integration_events"
            " WHERE source_system = %s AND checkpoint = 'EVENT_RECEIVED'"
            ' AND "timestamp" > now() - make_interval(hours => %s)'
            ' ORDER BY "timestamp" DESC LIMIT %s',
            (CONSUMER, self._keep_hours, limit),
        )
        return [(row["flow_id"], row["life"], row["revision"]) for row in reversed(rows)]

    def with_seqs(self, producer: str, seqs: list[int]) -> list[StoredEvent]:
        """Return a producer's events with these numbers that are not too old, in order."""
        return self._events(
            "producer = %s AND seq = ANY(%s)"
            " AND detected_at > now() - make_interval(hours => %s) ORDER BY seq",
            (producer, seqs, self._keep_hours),
        )

    def between(self, after_ms: int, before: Place, limit: int) -> list[StoredEvent]:
        """Return the newest events detected after a time and before a place, oldest first.

        before : (unix ms, number): of that millisecond come the events with a smaller number.
        """
        before_ms, seq = before if before[0] < LATEST_MS else (LATEST_MS, 0)
        newest = self._events(
            "detected_at > to_timestamp(%s / 1000.0) AND detected_at < to_timestamp(%s / 1000.0)"
            " AND (detected_at < to_timestamp(%s / 1000.0) OR seq < %s)"
            " ORDER BY detected_at DESC, seq DESC LIMIT %s",
            (min(after_ms, LATEST_MS), before_ms + 1, before_ms, seq, limit),
        )
        return newest[::-1]

    def _events(self, condition: str, parameters: tuple[object, ...]) -> list[StoredEvent]:
        rows = self._market.rows(
            "SELECT event, seq, extract(epoch FROM detected_at)::float8 AS at"  # noqa: S608 - constants
            f" FROM pattern_events WHERE {condition}",
            parameters,
        )
        return [StoredEvent(_raw(row["event"]), row["seq"], row["at"]) for row in rows]


def _raw(value: str | memoryview) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
