"""Read what the kernels wrote at a close as log entries, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Float64, Int64
from pl.signals.births import HIT_CLOSE, HIT_HIGH, HIT_LEVEL, HIT_LOW, HIT_RANGE
from pl.signals.chart.hit import Finding
from pl.signals.charting import CAUSE, read_charts
from pl.signals.closing import FINDS, HITS, Room, room_of
from pl.signals.endings import ended_charts, ended_hits, endings_of
from pl.signals.entries import Brief, Chosen, Entries
from pl.signals.evaluation import HitRows, hits_of
from pl.signals.indicators.names import RSI_14
from pl.signals.judging import DIRECTION, PATTERN
from pl.signals.ledger import HIT, Ledger, empty_ledger, enter_found
from pl.signals.levels import place_stops
from pl.signals.life import STOPS
from pl.signals.lives import CAUSE as ENDING_CAUSE
from pl.signals.lives import Lives
from pl.signals.log import Author
from pl.signals.registry import PATTERNS
from pl.signals.signal import Signal

NOTHING: Final[Float64] = np.empty((0, 0), np.float64)

CAUSE_OF_HIT: Final = 0
"""Column of `HitRows.facts`."""

_PRICES: Final = (HIT_LEVEL, HIT_HIGH, HIT_LOW, HIT_CLOSE, HIT_RANGE)
_DRAWS_LEVEL: Final = np.array([pattern.draws_level for pattern in PATTERNS], np.bool_)


@dataclass(frozen=True, slots=True)
class Page:
    """Hold what was written of a run of bars; kept as long as its entries are.

    values : (n, N) float64 indicators by cause, none when not known.
    """

    author: Author
    hits: HitRows
    finds: Float64
    ended_hits: Float64
    ended_charts: Float64
    ledger: Ledger
    values: Float64

    def entries(self) -> Entries:
        """Return the entries, in log order."""
        ledger = self.ledger
        return Entries(
            ledger.row,
            ledger.kind,
            ledger.direction,
            ledger.bar_time_ms,
            ledger.born_ms,
            ledger.confidence,
            ledger.life,
            ledger.said,
            self.write,
            self.brief,
        )

    def write(self, places: Chosen) -> list[Signal]:
        """Return the entries at places, those of a source together: reading numbers one by one
        takes as long as writing the rest."""
        source, at = self.ledger.source[places], self.ledger.place[places]
        written = np.empty(len(places), np.object_)
        for kind, of in enumerate((self._hits, self._finds, self._ended_hits, self._ended_charts)):
            mine = np.flatnonzero(source == kind)
            if len(mine):
                written[mine] = of(at[mine])
        return list(written)

    def brief(self, places: Chosen) -> Brief:
        """Return the brief of the entries at places, in columns where all are confirmed hits."""
        if not (self.ledger.source[places] == HIT).all():
            return Brief.of(self.write(places))
        at = self.ledger.place[places]
        facts, times, numbers = self.hits.facts[at], self.hits.times[at], self.hits.numbers[at]
        author, rsi = self.author, self._rsi(facts[:, CAUSE_OF_HIT])

        def write(chosen: Chosen) -> list[Signal]:
            hits = hits_of(facts[chosen], times[chosen], numbers[chosen])
            return _confirmed(author, hits, rsi[chosen])

        hits = HitRows(facts, times, numbers)
        stops = stops_of(hits)
        return Brief(stops[:, 0], stops[:, 1], drawn_levels(hits), write)

    def _hits(self, at: Chosen) -> list[Signal]:
        facts = self.hits.facts[at]
        hits = hits_of(facts, self.hits.times[at], self.hits.numbers[at])
        return _confirmed(self.author, hits, self._rsi(facts[:, CAUSE_OF_HIT]))

    def _finds(self, at: Chosen) -> list[Signal]:
        rows = self.finds[at]
        charts = read_charts(rows, len(rows))
        return _confirmed(self.author, charts, self._rsi(rows[:, CAUSE].astype(np.intp)))

    def _ended_hits(self, at: Chosen) -> list[Signal]:
        rows = self.ended_hits[at]
        return self._ended(ended_hits(rows), rows)

    def _ended_charts(self, at: Chosen) -> list[Signal]:
        rows = self.ended_charts[at]
        return self._ended(ended_charts(rows), rows)

    def _ended(self, hits: Sequence[Finding], rows: Float64) -> list[Signal]:
        rsi = self._rsi(rows[:, ENDING_CAUSE].astype(np.intp))
        return list(map(self.author.end, hits, endings_of(rows), rsi.tolist()))

    def _rsi(self, cause: Int64) -> Float64:
        """Return the RSI of bars of the batch, NaN where it is not known."""
        return self.values[cause, RSI_14] if len(self.values) else np.full(len(cause), np.nan)


def _confirmed(author: Author, hits: Sequence[Finding], rsi: Float64) -> list[Signal]:
    return [author.confirm(hit, known) for hit, known in zip(hits, rsi.tolist(), strict=True)]


def stops_of(hits: HitRows) -> Float64:
    """Return stop and target of n hits as `signal.levels` names them, USD, (n, 2)."""
    out = np.empty((len(hits.facts), 2), np.float64)
    side = np.ascontiguousarray(hits.facts[:, DIRECTION])
    prices = np.take(hits.numbers, _PRICES, axis=1)
    place_stops(STOPS[hits.facts[:, PATTERN]], side, prices, out)
    return out


def drawn_levels(hits: HitRows) -> Float64:
    """Return the levels that `signal.geometry` draws of n hits, USD, (n,), NaN without one."""
    level = hits.numbers[:, HIT_LEVEL]
    return np.where(_DRAWS_LEVEL[hits.facts[:, PATTERN]], level, np.nan)


def read_room(author: Author, room: Room, values: Float64) -> Page:
    """Return a copy of what was written: the room for all that might have been is not kept."""
    n_hits, n_finds = int(room.written[HITS]), int(room.written[FINDS])
    n_ended, n_charts = room.ended.n.tolist()
    n = int(room.ledger.n[0])
    return Page(
        author,
        HitRows._make(column[:n_hits].copy() for column in room.hits),
        room.finds[:n_finds].copy(),
        room.ended.hits[:n_ended].copy(),
        room.ended.charts[:n_charts].copy(),
        Ledger._make(column[:n].copy() for column in room.ledger),
        values,
    )


class Rooms:
    """Lend the kernels room, the same at each close of a market.

    New memory costs a close a millisecond, which the system takes to clear it.
    """

    def __init__(self, usual: int) -> None:
        self._usual = usual
        self._held: tuple[int, Room] | None = None

    def of(self, lives: Lives, n_bars: int) -> Room:
        """Return room for what `n_bars` bars may cause, to be read before it is asked for again."""
        if n_bars > self._usual:
            return room_of(lives, n_bars)
        width = lives.hits.hot.shape[1]
        if self._held is None or self._held[0] != width:
            self._held = width, room_of(lives, self._usual)
        room = self._held[1]
        for counted in (room.written, room.ended.n, room.ledger.n):
            counted[:] = 0
        return room


def read_found(author: Author, hits: HitRows, n_hits: int, finds: Float64, n_finds: int) -> Entries:
    """Return the entries of what fired on bars that were judged again, without their RSI."""
    ledger = empty_ledger(n_hits + n_finds)
    enter_found(ledger, hits, n_hits, finds, n_finds)
    kept = HitRows._make(column[:n_hits].copy() for column in hits)
    return Page(author, kept, finds[:n_finds].copy(), NOTHING, NOTHING, ledger, NOTHING).entries()
