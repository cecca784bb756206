"""Write to the spool what PostgreSQL would have got, and bring it there afterwards."""

from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from pl.store.closes import REFUSING
from pl.store.events import Progress, StoredEvent, encode_messages, rebuild
from pl.store.patterns import PatternStore
from pl.store.spool import Spool

log = structlog.get_logger()


class _Events(msgspec.Struct, tag="events"):
    at: float
    progress: Progress | None
    events: list[tuple[str, str]]

    def rebuilt(self) -> list[StoredEvent]:
        return [rebuild(body, messages) for body, messages in self.events]


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Events).decode


class SpooledWrites:
    """Take the writes of PatternStore while PostgreSQL is away.

    They are on disk when a method returns; OSError when the disk refuses. `drain` applies them
    in order, with their original times; all of them may be applied twice. An event that PostgreSQL
    refuses, and a record that cannot be read, are set aside (`Spool.set_aside`).
    Attributes: refused, how many were; last_refused, the last one and why.
    """

    def __init__(self, spool: Spool, patterns: PatternStore) -> None:
        self._spool = spool
        self._patterns = patterns
        self.refused = 0
        self.last_refused = ""

    @property
    def waiting(self) -> int:
        """Return how many records are still to be drained."""
        return self._spool.waiting

    @property
    def damaged(self) -> int:
        """Return how many bytes of records could not be read when this began."""
        return self._spool.damaged

    def commit_events(
        self, events: Sequence[StoredEvent], progress: Progress | None, at: float
    ) -> None:
        """Keep what PatternStore.commit_events would have stored."""
        pairs = [(event.body.decode(), encode_messages(event).decode()) for event in events]
        self._spool.append(_encode(_Events(at, progress, pairs)))

    def drain(self, most: int | None = None) -> int:
        """Store at most so many records, all by default; returns how many were.

        Raises Unavailable; what is left then stays.
        """
        return self._spool.drain(self._apply, most)

    def _apply(self, body: bytes) -> None:
        try:
            record = _decode(body)
            events = record.rebuilt()
        except (msgspec.MsgspecError, ValueError, IndexError) as error:
            self._set_aside(body, f"a spooled record of {len(body)} bytes", str(error))
            return
        try:
            self._patterns.commit_events(events, record.progress, record.at)
        except (*REFUSING, ValueError) as error:  # psycopg2 raises ValueError for a NUL
            self._apply_apart(record, str(error).strip().splitlines()[0])

    def _apply_apart(self, record: _Events, why: str) -> None:
        """Store the events of a refused record one by one, then how far was evaluated."""
        if len(record.events) < 2:
            seqs = ", ".join(str(event.data.seq) for event in record.rebuilt())
            self._set_aside(_encode(record), f"spooled event {seqs}", why)
            return
        for pair in record.events:
            self._apply(_encode(_Events(record.at, None, [pair])))
        self._apply(_encode(_Events(record.at, record.progress, [])))

    def _set_aside(self, body: bytes, what: str, why: str) -> None:
        kept = self._spool.set_aside(body)
        self.refused += 1
        self.last_refused = f"{what}: {why} (kept in {kept})"
        log.error("spooled_record_refused", record=what, detail=why, file=str(kept))
