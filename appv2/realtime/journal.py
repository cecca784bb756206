"""Log checkpoints and the relay's position together, so that neither is ahead of the other."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import psycopg2
import structlog
from psycopg2.extras import RealDictCursor, execute_values

from appv2.adapters.postgres import Postgres
from appv2.realtime.archive import PRODUCER_PREFIX
from appv2.realtime.pattern_news import PatternNews
from appv2.realtime.tallies import Tallies
from contracts.messages.envelopes import CONSUMER
from contracts.names import STREAM_EVENTS
from service.errors import Unavailable

log = structlog.get_logger()

CAPACITY: Final = 20_000
BATCH: Final = 150
BEHIND: Final = 2000
GATHER_S: Final = 0.03
RETRY_S: Final = (0.2, 0.5, 1.0, 2.0)

_LOG: Final = (
    "SELECT log_integration_event(v.flow_id::uuid, v.event_type, v.source_system, v.checkpoint,"
    " v.channel, v.symbol, v.pattern_name, v.confidence::numeric, v.user_count::integer,"
    " v.details::jsonb) FROM (VALUES %s) AS v (flow_id, event_type, source_system, checkpoint,"
    " channel, symbol, pattern_name, confidence, user_count, details)"
)
_MOVE: Final = (
    "INSERT INTO appv2.relay_cursor (stream, last_id) VALUES %s ON CONFLICT (stream)"
    " DO UPDATE SET last_id = excluded.last_id, updated_at = clock_timestamp()"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold the times (unix seconds) at which one event passed AppV2's checkpoints."""

    news: PatternNews
    received_at: float
    parsed_at: float
    delivered_at: float
    user_count: int

    def rows(self, stream_id: str) -> list[tuple[Any, ...]]:
        """Return the arguments of `log_integration_event`, a row a checkpoint."""
        steps = (
            ("EVENT_RECEIVED", self.received_at, None),
            ("EVENT_PARSED", self.parsed_at, None),
            ("WEBSOCKET_DELIVERED", self.delivered_at, self.user_count),
        )
        return [self._row(stream_id, *step) for step in steps]

    def _row(
        self, stream_id: str, checkpoint: str, at: float, users: int | None
    ) -> tuple[Any, ...]:
        flow_id, life, revision = self.news.key
        details = {"at": at, "seq": stream_id, "life": life, "revision": revision}
        fields = self.news.fields
        return (
            flow_id,
            self.news.kind,
            CONSUMER,
            checkpoint,
            self.news.channel,
            fields["symbol"],
            fields["pattern"],
            fields["confidence"],
            users,
            msgspec.json.encode(details).decode(),
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Hold a place in the stream and what is known of each producer's sequence there."""

    stream_id: str
    producer_seqs: dict[str, int] = field(default_factory=dict)


Record = tuple[Position, Passage | None]


class Journal:
    """Write records in small batches; keep them while PostgreSQL is away."""

    def __init__(
        self, market: Postgres, tallies: Tallies, sleep: Callable[[float], object]
    ) -> None:
        self._market = market
        self._tallies = tallies
        self._sleep = sleep
        self._waiting: deque[Record] = deque()
        self._filled = threading.Event()
        self._writing = threading.Lock()
        self._away = False

    @property
    def n_waiting(self) -> int:
        """How many records are not committed yet."""
        return len(self._waiting)

    def note(self, position: Position, passage: Passage | None = None) -> None:
        """Remember that the relay passed a place, delivering an event there or not.

        When too many records wait, the oldest is given up and counted.
        """
        self._waiting.append((position, passage))
        if len(self._waiting) > CAPACITY:
            self._waiting.popleft()
            self._tallies.add("checkpoints_lost")
        self._filled.set()

    def let_catch_up(self) -> None:
        """Wait while far behind, unless PostgreSQL is away: browsers do not wait for that."""
        while len(self._waiting) > BEHIND and not self._away:
            self._sleep(GATHER_S)

    def run(self, stopping: threading.Event) -> None:
        """Write until told to stop, and then what is left, once."""
        failures = 0
        while not stopping.is_set():
            self._filled.wait(timeout=0.5)
            self._filled.clear()
            self._sleep(GATHER_S)
            try:
                self.flush()
                failures, self._away = 0, False
            except Unavailable as error:
                self._away = True
                if failures == 0:
                    log.warning("journal_waits", detail=error.detail, n_waiting=self.n_waiting)
                self._filled.set()
                self._sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1

    def flush(self) -> None:
        """Commit everything that waits; raises Unavailable when PostgreSQL does not answer."""
        with self._writing:
            while self._waiting:
                batch = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
                self._commit(batch)
                self._forget(batch)

    def _forget(self, batch: Iterable[Record]) -> None:
        for record in batch:
            if self._waiting and self._waiting[0] is record:
                self._waiting.popleft()

    def _commit(self, batch: list[Record]) -> None:
        try:
            self._write(batch)
        except psycopg2.Error as error:
            if len(batch) == 1:
                log.warning("checkpoint_refused", detail=str(error).strip())
                self._tallies.add("checkpoints_refused")
                self._write([(batch[0][0], None)])
                return
            for record in batch:
                self._commit([record])

    def _write(self, batch: list[Record]) -> None:
        rows = [
            row
            for position, passage in batch
            if passage is not None
            for row in passage.rows(position.stream_id)
        ]
        with self._market.transaction() as cursor:
            if rows:
                execute_values(cursor, _LOG, rows, page_size=len(rows))
            _move(cursor, batch[-1][0])


def _move(cursor: RealDictCursor, position: Position) -> None:
    seqs = position.producer_seqs.items()
    marks = [(STREAM_EVENTS, position.stream_id)]
    marks += [(PRODUCER_PREFIX + producer, str(seq)) for producer, seq in seqs]
    execute_values(cursor, _MOVE, marks)
