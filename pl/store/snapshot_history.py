"""Read history from a snapshot where the database bears it out, from the database elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import structlog

from pl.market.batches import MINUTE_MS, ClosedBars, Int64
from pl.market.rows import ByRow, Rows, rows_of
from pl.signals.walks import Walks
from pl.store.connection import Database
from pl.store.history import FILTERED, BarHistory, Regular
from pl.store.many_bars import MANY, ManyBars, numbered
from pl.store.marks import Bool, Hours, MarkReader, Marks
from pl.store.snapshot import Snapshot, Snapshots

log = structlog.get_logger()

LONGEST_BACK_MS: Final = 30 * 86_400_000
"""A symbol whose bars reach back further than that before the others is read afresh."""
ROWS_AT_ONCE: Final = 256
"""Symbols that are summed in one go: numpy makes a copy of what it sums in another type."""


class SnapshotHistory:
    """Answer as `BarHistory` does; `regular` tells which starts (n,) lie in regular hours.

    Of what a snapshot holds bars outside regular hours are left out, and trades are NOT_COUNTED
    but for minutes of the latest sessions.
    Attributes: trusted, how many symbols the last answer took from a snapshot; walks, by timeframe,
    what follows from the bars of those.
    """

    def __init__(
        self, database: Database, history: BarHistory, snapshots: Snapshots, regular: Regular
    ) -> None:
        self._history = history
        self._marks = MarkReader(database)
        self._many = ManyBars(database, history, self._marks)
        self._snapshots = snapshots
        self._regular = regular
        self.trusted = 0
        self.walks: dict[str, Walks] = {}
        self._compared: dict[str, tuple[Snapshot | None, Bool]] = {}

    def bars_through(self, symbols: Sequence[str], timeframe: str = "1min") -> Int64:
        """Return the start of the last bar of each symbol in unix milliseconds, -1 for none."""
        return self._history.bars_through(symbols, timeframe)

    def bars_between(
        self, symbols: Sequence[str], since_ms: int, before_ms: int, timeframe: str = "1min"
    ) -> ClosedBars:
        """Return the bars that start in [since_ms, before_ms), sorted by (start_ms, row).

        They come from the database, with their trades.
        """
        if len(symbols) <= MANY:
            return self._history.bars_between(symbols, since_ms, before_ms, timeframe)
        bars = self._many.between(symbols, since_ms, before_ms, timeframe)
        return bars.take(np.argsort(bars.start_ms, kind="stable"))

    def compare(self, symbols: Sequence[str], timeframe: str) -> None:
        """Compare the snapshot with the database, for the next answer to begin with that.

        It is done before anybody says of which time bars are asked for.
        """
        snapshot = self._snapshots.load(timeframe)
        trusted = np.zeros(len(symbols), np.bool_)
        if snapshot is not None and len(snapshot.start):
            trusted = self._trusted(snapshot, symbols, timeframe)
        self._compared[timeframe] = snapshot, trusted

    def last_bars(
        self, symbols: Sequence[str], n: int, before_ms: int, timeframe: str = "1min"
    ) -> ByRow:
        """Return up to `n` bars that start before `before_ms` of each symbol, oldest first.

        A row is a place in `symbols`. Of a snapshot all bars are returned. Raises Unavailable
        while PostgreSQL is away.
        """
        self.walks.pop(timeframe, None)
        snapshot, trusted = self._compared.pop(timeframe, (None, None))
        if trusted is None:
            snapshot = self._snapshots.load(timeframe)
        if snapshot is None or snapshot.start.min(initial=before_ms) >= before_ms:
            self.trusted = 0
            found = self._from_database(symbols, n, before_ms, timeframe)
            return {row: found[symbol] for row, symbol in enumerate(symbols)}
        if snapshot.through_ms >= before_ms:
            snapshot, trusted = _as_before(snapshot, before_ms), None
        if trusted is None:
            trusted = self._trusted(snapshot, symbols, timeframe)
        if snapshot.walks is not None:
            in_time = snapshot.walks.last_ms <= snapshot.through_ms
            self.walks[timeframe] = snapshot.walks.where(trusted & in_time)
        doubted = [symbol for symbol, sure in zip(symbols, trusted, strict=True) if not sure]
        self.trusted = len(symbols) - len(doubted)
        log.info("snapshot", timeframe=timeframe, trusted=self.trusted, doubted=len(doubted))
        held = self._continued(snapshot, symbols, before_ms, timeframe)
        if not doubted:
            return held
        read = numbered(self._from_database(doubted, n, before_ms, timeframe), symbols)
        return {row: read.get(symbol, held[row]) for row, symbol in enumerate(symbols)}

    def _from_database(
        self, symbols: Sequence[str], n: int, before_ms: int, timeframe: str
    ) -> dict[str, ClosedBars]:
        if len(symbols) > MANY:
            return self._many.last_bars(symbols, n, before_ms, timeframe)
        return self._history.last_bars(symbols, n, before_ms, timeframe)

    def _trusted(self, snapshot: Snapshot, symbols: Sequence[str], timeframe: str) -> Bool:
        """Tell of each symbol whether the database has what the snapshot holds, and no more."""
        first_ms, through_ms = _first_starts(snapshot), snapshot.through_ms
        whole = snapshot.whole & (snapshot.n_bars > 0)
        since_ms = int(first_ms[whole].max()) if whole.any() else int(first_ms.min())
        hours = self._hours(since_ms, through_ms, timeframe)
        held = _marks_of(snapshot, since_ms, through_ms)
        trusted = held.agree(
            self._marks.totals(symbols, since_ms, through_ms, timeframe, hours=hours)
        )
        self._doubt_earlier(trusted, snapshot, symbols, since_ms, timeframe)
        open_ended = np.flatnonzero(trusted & ~whole)
        if len(open_ended):
            names = [symbols[row] for row in open_ended.tolist()]
            older = self._marks.have_older(names, first_ms[open_ended], timeframe)
            trusted[open_ended[older]] = False
        return trusted

    def _doubt_earlier(
        self,
        trusted: Bool,
        snapshot: Snapshot,
        symbols: Sequence[str],
        since_ms: int,
        timeframe: str,
    ) -> None:
        """Doubt what differs before `since_ms`, where only some symbols hold bars."""
        first_ms = _first_starts(snapshot)
        trusted &= first_ms >= since_ms - LONGEST_BACK_MS
        rows = np.flatnonzero(trusted & (first_ms < since_ms))
        if not len(rows):
            return
        begin_ms = int(first_ms[rows].min())
        found = self._marks.totals(
            [symbols[row] for row in rows.tolist()],
            begin_ms,
            since_ms - 1,
            timeframe,
            hours=self._hours(begin_ms, since_ms - 1, timeframe),
            first_ms=first_ms[rows],
        )
        held = _marks_of(snapshot, begin_ms, since_ms - 1)
        same = Marks(held.n_bars[rows], held.revisions[rows], held.qualities[rows]).agree(found)
        trusted[rows[~same]] = False

    def _hours(self, since_ms: int, through_ms: int, timeframe: str) -> Hours:
        """Return the regular hours between two times as [from, to), empty for all."""
        if timeframe != FILTERED:
            return ()
        minutes = np.arange(since_ms - since_ms % MINUTE_MS, through_ms + MINUTE_MS, MINUTE_MS)
        inside = np.concatenate([[False], self._regular(minutes), [False]])
        edges = np.flatnonzero(inside[1:] != inside[:-1]) * MINUTE_MS + int(minutes[0])
        return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))

    def _continued(
        self, snapshot: Snapshot, symbols: Sequence[str], before_ms: int, timeframe: str
    ) -> Rows:
        """Return the snapshot's bars of each symbol and those that came after them."""
        after = self.bars_between(symbols, snapshot.through_ms + 1, before_ms, timeframe)
        row = np.repeat(np.arange(len(symbols), dtype=np.int32), snapshot.n_bars)
        bars = _as_closed(snapshot, row)
        if len(after) or snapshot.start.max(initial=0) > snapshot.through_ms:
            bars = bars.take(bars.start_ms <= snapshot.through_ms)
            bars = _joined(bars, after)
        return rows_of(bars, len(symbols))


def _as_before(snapshot: Snapshot, before_ms: int) -> Snapshot:
    """Return what a snapshot says of bars that start before `before_ms`.

    An earlier session may be the last one then, whose values need older bars.
    """
    return replace(snapshot, through_ms=before_ms - 1, whole=np.zeros_like(snapshot.whole))


def _first_starts(snapshot: Snapshot) -> Int64:
    """Return where each symbol's bars begin, (n,) unix ms; without any, after the last."""
    first: Int64 = np.full(len(snapshot.n_bars), snapshot.through_ms + 1, np.int64)
    some = snapshot.n_bars > 0
    begins = np.cumsum(snapshot.n_bars) - snapshot.n_bars
    first[some] = snapshot.start[begins[some]]
    return first


def _marks_of(snapshot: Snapshot, since_ms: int, through_ms: int) -> Marks:
    start, ends = snapshot.start, np.cumsum(snapshot.n_bars)
    begins, some = ends - snapshot.n_bars, np.flatnonzero(snapshot.n_bars)
    inside = (start >= since_ms) & (start <= through_ms)

    def sums(values: npt.NDArray[Any]) -> Int64:
        found = np.zeros(len(ends), np.int64)
        for at in range(0, len(some), ROWS_AT_ONCE):
            rows = some[at : at + ROWS_AT_ONCE]
            first, end = int(begins[rows[0]]), int(ends[rows[-1]])
            part, places = values[first:end], begins[rows] - first
            found[rows] = np.add.reduceat(part, places, dtype=np.int64)
        return found

    if inside.all():
        return Marks(snapshot.n_bars, sums(snapshot.revision), sums(snapshot.quality))
    return Marks(sums(inside), sums(snapshot.revision * inside), sums(snapshot.quality * inside))


def _as_closed(snapshot: Snapshot, row: "npt.NDArray[np.int32]") -> ClosedBars:
    prices = snapshot.prices
    return ClosedBars(
        row=row,
        start_ms=snapshot.start,
        open=prices[:, 0],
        high=prices[:, 1],
        low=prices[:, 2],
        close=prices[:, 3],
        volume=prices[:, 4],
        vwap=prices[:, 5],
        trade_count=snapshot.trades,
        revision=snapshot.revision,
        quality=snapshot.quality,
    )


def _joined(held: ClosedBars, after: ClosedBars) -> ClosedBars:
    """Return both, sorted by row and time; `after` is later in every row."""
    both = ClosedBars(
        *(
            np.concatenate([getattr(held, name), getattr(after, name)])
            for name in ClosedBars.__dataclass_fields__
        )
    )
    return both.take(np.argsort(both.row, kind="stable"))
