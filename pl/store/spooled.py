"""Write to the spool what PostgreSQL would have got, and bring it there afterwards."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final

import msgspec
import numpy as np

from pl.market.batches import ClosedBars
from pl.store.bars import BarStore
from pl.store.events import Progress, StoredEvent, encode_messages, rebuild
from pl.store.patterns import PatternStore
from pl.store.spool import Spool

_BAR_FIELDS: Final = tuple(field.name for field in fields(ClosedBars))
_BAR_TYPES: Final = {name: getattr(ClosedBars.empty(), name).dtype for name in _BAR_FIELDS}


class _Events(msgspec.Struct, tag="events"):
    at: float
    progress: Progress | None
    events: list[tuple[str, str]]

    def rebuilt(self) -> list[StoredEvent]:
        return [rebuild(body, messages) for body, messages in self.events]


class _Bars(msgspec.Struct, tag="bars"):
    timeframe: str
    symbols: list[str]
    columns: dict[str, bytes]

    def rebuilt(self) -> ClosedBars:
        return ClosedBars(
            **{name: np.frombuffer(self.columns[name], kind) for name, kind in _BAR_TYPES.items()}
        )


_Record = _Events | _Bars
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Record).decode


class SpooledWrites:
    """Take the writes of PatternStore and BarStore while PostgreSQL is away.

    They are on disk when a method returns; OSError when the disk refuses. `drain` applies them
    in order, with their original times; all of them may be applied twice.
    """

    def __init__(self, spool: Spool, patterns: PatternStore, bars: BarStore) -> None:
        self._spool = spool
        self._patterns = patterns
        self._bars = bars

    @property
    def waiting(self) -> int:
        """Return how many records are still to be drained."""
        return self._spool.waiting

    def commit_events(
        self, events: Sequence[StoredEvent], progress: Progress | None, at: float
    ) -> None:
        """Keep what PatternStore.commit_events would have stored."""
        pairs = [(event.body.decode(), encode_messages(event)) for event in events]
        self._spool.append(_encode(_Events(at, progress, pairs)))

    def write_bars(self, bars: ClosedBars, symbols: Sequence[str], timeframe: str = "1min") -> None:
        """Keep what BarStore.write_bars would have stored."""
        rows, row = np.unique(bars.row, return_inverse=True)
        columns = {name: getattr(bars, name).tobytes() for name in _BAR_FIELDS}
        columns["row"] = row.astype(np.int32).tobytes()
        self._spool.append(_encode(_Bars(timeframe, [symbols[index] for index in rows], columns)))

    def drain(self) -> int:
        """Store what waits; returns how many records. Raises Unavailable; the rest then stays."""
        return self._spool.drain(lambda body: self._apply(_decode(body)))

    def max_seq(self, producer: str) -> int:
        """Return the highest sequence number that waits for a producer, 0 when none does."""
        records = [_decode(body) for body in self._spool.records()]
        batches = [record.rebuilt() for record in records if isinstance(record, _Events)]
        seqs = [
            event.data.seq
            for events in batches
            for event in events
            if event.data.producer == producer
        ]
        return max(seqs, default=0)

    def _apply(self, record: _Record) -> None:
        if isinstance(record, _Events):
            self._patterns.commit_events(record.rebuilt(), record.progress, record.at)
        else:
            self._bars.write_bars(record.rebuilt(), record.symbols, record.timeframe)
