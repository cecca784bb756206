"""Write to the spool what PostgreSQL would have got, and bring it there afterwards."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pl.store.events import Progress, StoredEvent, encode_messages, rebuild
from pl.store.patterns import PatternStore
from pl.store.spool import Spool


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
    in order, with their original times; all of them may be applied twice.
    """

    def __init__(self, spool: Spool, patterns: PatternStore) -> None:
        self._spool = spool
        self._patterns = patterns

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

    def drain(self) -> int:
        """Store what waits; returns how many records. Raises Unavailable; the rest then stays."""
        return self._spool.drain(lambda body: self._apply(_decode(body)))

    def _apply(self, record: _Events) -> None:
        self._patterns.commit_events(record.rebuilt(), record.progress, record.at)
