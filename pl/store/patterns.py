"""Commit pattern events with their checkpoint, and know which are still to be published."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
import psycopg2.errors

from contracts.messages.envelopes import PRODUCER
from contracts.names import EVENTS_PATTERNS
from pl.store.connection import Cursor, Database
from pl.store.event_rows import MANY, copy_events, encode_events, row_of
from pl.store.events import EventKey, Progress, StoredEvent, rebuild
from pl.store.partitions import KnownPartitions, moment

CHUNK: Final = 500

_COLUMNS: Final = (
    "bar_time, flow_id, life, revision, producer, seq, symbol, pattern, direction, timeframe, tier,"
    " confidence, current_price, price_change, volume, detected_at, received_at, expires_at,"
    " reason, quality, degraded, indicators, levels, geometry, channel, event, messages"
)

_INCOMING: Final = "json_populate_recordset(NULL::pattern_events, {rows})"

# One statement and so one transaction, because each costs a way there and back while an alert
# waits; prepared, because parsing and planning it takes as long as running it.
_PREPARE: Final = f"""
PREPARE commit_events (json, double precision, text, text, text, text, timestamptz) AS
WITH fresh AS (
    INSERT INTO pattern_events ({_COLUMNS}) SELECT {_COLUMNS} FROM {_INCOMING.format(rows="$1")}
    ON CONFLICT DO NOTHING
    RETURNING *
), logged AS (
    INSERT INTO integration_events (
        "timestamp", flow_id, event_type, source_system, checkpoint, channel, symbol,
        pattern_name, confidence, details)
    SELECT to_timestamp($2), flow_id,
           CASE WHEN channel = $4 THEN 'pattern_detected'
                WHEN life = 'confirmed' THEN 'pattern_updated' ELSE 'pattern_' || life END,
           $3, 'PATTERN_PUBLISHED', channel, symbol, pattern, confidence,
           jsonb_build_object('at', $2, 'tier', tier, 'seq', seq, 'producer', producer,
                              'life', life, 'revision', revision, 'degraded', degraded)
    FROM fresh
), advanced AS (
    INSERT INTO stream_progress (producer, name, through)
    SELECT $5, $6, $7 WHERE $7 IS NOT NULL
    ON CONFLICT (producer, name) DO UPDATE
    SET through = greatest(stream_progress.through, excluded.through),
        updated_at = clock_timestamp()
)
SELECT seq FROM fresh
"""  # noqa: S608 - the columns are a constant

_LOGGED: Final = """
INSERT INTO integration_events (
    "timestamp", flow_id, event_type, source_system, checkpoint, channel, symbol,
    pattern_name, confidence, details)
SELECT to_timestamp(%(at)s), flow_id,
       CASE WHEN channel = %(detections)s THEN 'pattern_detected'
            WHEN life = 'confirmed' THEN 'pattern_updated' ELSE 'pattern_' || life END,
       %(source)s, 'PATTERN_PUBLISHED', channel, symbol, pattern, confidence,
       jsonb_build_object('at', %(at)s, 'tier', tier, 'seq', seq, 'producer', producer,
                          'life', life, 'revision', revision, 'degraded', degraded)
FROM pattern_events
WHERE producer = %(by)s AND seq BETWEEN %(first)s AND %(last)s AND bar_time >= %(since)s
"""

_ADVANCE: Final = """
INSERT INTO stream_progress (producer, name, through) VALUES (%(producer)s, %(name)s, %(through)s)
ON CONFLICT (producer, name) DO UPDATE
SET through = greatest(stream_progress.through, excluded.through), updated_at = clock_timestamp()
"""

_EXECUTE: Final = (
    "EXECUTE commit_events (%(rows)s, %(at)s, %(source)s, %(detections)s,"
    " %(producer)s, %(name)s, %(through)s)"
)

REHEARSALS: Final = 6
"""After five executions PostgreSQL keeps one plan for all."""

# Also finds what this very call stored before the answer to its COMMIT was lost.
_STANDING: Final = f"""
SELECT stored.seq
FROM {_INCOMING.format(rows="%(rows)s")} AS incoming
JOIN pattern_events AS stored USING (flow_id, life, revision, bar_time, producer, seq)
"""  # noqa: S608 - as above

_ANNOUNCED: Final = {"source": PRODUCER, "detections": EVENTS_PATTERNS}

_MARK: Final = """
INSERT INTO stream_progress (producer, name, seq) VALUES (%s, 'published', %s)
ON CONFLICT (producer, name) DO UPDATE
SET seq = greatest(stream_progress.seq, excluded.seq), updated_at = clock_timestamp()
"""


class PatternStore:
    """Keep pattern events; every method raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._partitions = KnownPartitions()

    def known(self, keys: Collection[EventKey], first_bar_ms: int) -> set[EventKey]:
        """Return those of `keys` that are stored already, none of a bar before `first_bar_ms`.

        Ask after a restart, before giving out sequence numbers: a number given to an event that
        is stored already would leave a hole.
        """
        if not keys:
            return set()

        def work(cursor: Cursor) -> set[EventKey]:
            cursor.execute(
                "SELECT flow_id::text, life, revision FROM pattern_events"
                " WHERE bar_time >= %s AND flow_id = ANY(%s::uuid[])",
                (moment(first_bar_ms), [flow_id for flow_id, _, _ in keys]),
            )
            return {(flow_id, life, revision) for flow_id, life, revision in cursor.fetchall()}

        return self._database.run(work) & set(keys)

    def commit_events(
        self,
        events: Sequence[StoredEvent],
        progress: Progress | None,
        at: float,
        rows: bytes = b"",
    ) -> list[StoredEvent]:
        """Store events, their PATTERN_PUBLISHED checkpoints and the progress.

        One transaction for each 500 events; the progress is in the last. `at` (unix seconds) is
        the time of the checkpoints. An event that is stored already, by its key, stays as it
        is and gets no second checkpoint. Returns the events to publish: those that stand in the
        store under their own number. What was stored before under another one is left out.

        rows : what `encode_events` made of them, if they are no more than CHUNK.
        """
        standing: list[StoredEvent] = []
        for start in range(0, max(len(events), 1), CHUNK):
            chunk = events[start : start + CHUNK]
            reached = progress if start + CHUNK >= len(events) else None
            seqs = self._commit_chunk(chunk, reached, at, rows)
            standing += [event for event in chunk if event.data.seq in seqs]
        return standing

    def _commit_chunk(
        self, events: Sequence[StoredEvent], progress: Progress | None, at: float, rows: bytes
    ) -> set[int]:
        if len(events) >= MANY and self._copied(events, progress, at, rows):
            return {event.data.seq for event in events}
        incoming = msgspec.json.encode([row_of(event) for event in events]).decode()
        values = {"rows": incoming, "at": at} | _ANNOUNCED | _reached(progress)

        def work(cursor: Cursor) -> set[int]:
            if events:
                self._make_partitions(cursor, events, at)
            _execute(cursor, values)
            if cursor.rowcount < len(events):
                cursor.execute(_STANDING, values)
            return {seq for (seq,) in cursor.fetchall()}

        return self._partitions.trusting(lambda: self._database.run_single(work))

    def _copied(
        self, events: Sequence[StoredEvent], progress: Progress | None, at: float, rows: bytes
    ) -> bool:
        """Store many events in one transaction; return False when one is stored already."""
        seqs = [event.data.seq for event in events]
        asked = {"first": min(seqs), "last": max(seqs), "by": events[0].data.producer}
        since = moment(min(event.data.bar_time for event in events) * 1000)
        values = {"at": at, "since": since} | asked | _ANNOUNCED

        def work(cursor: Cursor) -> None:
            self._make_partitions(cursor, events, at)
            copy_events(cursor, rows or encode_events(events))
            cursor.execute(_LOGGED, values)
            if progress is not None:
                cursor.execute(_ADVANCE, _reached(progress))

        try:
            self._partitions.trusting(lambda: self._database.run(work))
        except psycopg2.errors.UniqueViolation:
            return False
        return True

    def rehearse(self, at: float) -> None:
        """Do everything but store, so that the first alert finds it prepared; `at` is now."""
        nothing = {"rows": "[]", "at": at} | _ANNOUNCED | _reached(None)

        def work(cursor: Cursor) -> None:
            self._partitions.ensure(cursor, "pattern_events", at * 1000, at * 1000)
            self._partitions.ensure(cursor, "integration_events", at * 1000, at * 1000)
            for _ in range(REHEARSALS):
                _execute(cursor, nothing)

        self._database.run_single(work)

    def _make_partitions(self, cursor: Cursor, events: Sequence[StoredEvent], at: float) -> None:
        bars = [event.data.bar_time * 1000 for event in events]
        self._partitions.ensure(cursor, "pattern_events", min(bars), max(bars))
        self._partitions.ensure(cursor, "integration_events", at * 1000, at * 1000)

    def through_ms(self, producer: str, name: str) -> int | None:
        """Return how far a producer has evaluated (unix milliseconds), or None."""

        def work(cursor: Cursor) -> int | None:
            cursor.execute(
                "SELECT round(extract(epoch FROM through) * 1000)::bigint FROM stream_progress"
                " WHERE producer = %s AND name = %s",
                (producer, name),
            )
            row = cursor.fetchone()
            return row[0] if row else None

        return self._database.run(work)

    def mark_published(self, producer: str, seq: int) -> None:
        """Remember that every event up to `seq` has been published; never goes back."""
        self._database.run(lambda cursor: cursor.execute(_MARK, (producer, seq)))

    def published_seq(self, producer: str) -> int:
        """Return the highest sequence number marked as published, 0 when none is."""

        def work(cursor: Cursor) -> int:
            cursor.execute(
                "SELECT seq FROM stream_progress WHERE producer = %s AND name = 'published'",
                (producer,),
            )
            row = cursor.fetchone()
            return int(row[0]) if row and row[0] is not None else 0

        return self._database.run(work)

    def outbox(self, producer: str, after_seq: int, limit: int = CHUNK) -> list[StoredEvent]:
        """Return stored events above `after_seq`, in order, with their exact bytes."""

        def work(cursor: Cursor) -> list[StoredEvent]:
            cursor.execute(
                "SELECT event, messages FROM pattern_events"
                " WHERE producer = %s AND seq > %s ORDER BY seq LIMIT %s",
                (producer, after_seq, limit),
            )
            return [rebuild(body, messages) for body, messages in cursor.fetchall()]

        return self._database.run(work)


def _execute(cursor: Cursor, values: dict[str, object]) -> None:
    """Execute the prepared statement; prepare it first on a connection that is new."""
    try:
        cursor.execute(_EXECUTE, values)
    except psycopg2.errors.InvalidSqlStatementName:
        cursor.execute(_PREPARE)
        cursor.execute(_EXECUTE, values)


def _reached(progress: Progress | None) -> dict[str, object]:
    if progress is None:
        return {"producer": None, "name": None, "through": None}
    through = moment(progress.through_ms)
    return {"producer": progress.producer, "name": progress.name, "through": through}
