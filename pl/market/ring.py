"""Keep the open minutes, their logs and their revisions: the memory behind `MinuteBars`."""

from typing import Final

import numpy as np

from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_LIVE,
    QUALITY_PARTIAL,
    ClosedBars,
    Int32,
    Records,
    UInt8,
)
from pl.market.cells import (
    CELL,
    NEVER,
    RANK_MINUTE,
    RANK_SECONDS,
    RANK_TRADES,
    READY,
    SECOND,
    TOUCHED,
    TRADE,
    collect,
    compact,
    mark_partial,
    open_slot,
)
from pl.market.day_before import DayBefore
from pl.market.quotes import Developing, blank_quotes, developing_of
from pl.market.trades import BOOK

LOG_START: Final = 1 << 14
USED: Final = {RANK_TRADES: "trades_used", RANK_SECONDS: "seconds_used"}
REMEMBERED_MINUTES: Final = 1440
"""How many minutes back the last revision of a bar is known: one day."""


class Ring:
    """Own the arrays of the latest `depth` minutes; the kernels write them.

    Attributes: cells (depth, n_symbols), quotes (n_symbols,), book (1,), touched (depth,),
    logs by rank (grown in place of the old).
    """

    def __init__(self, n_symbols: int, depth: int) -> None:
        self.n_symbols = n_symbols
        self.depth = depth
        self.cells = np.zeros((depth, n_symbols), CELL)
        for slot in range(depth):
            open_slot(self.cells, slot)
        self.touched: UInt8 = np.zeros(depth, np.uint8)
        self.quotes = blank_quotes(n_symbols)
        self.day_before = DayBefore(n_symbols)
        self.book = np.zeros(1, BOOK)
        self.book["newest"] = -1
        self.logs: dict[int, Records] = {
            RANK_TRADES: np.zeros(LOG_START, TRADE),
            RANK_SECONDS: np.zeros(LOG_START, SECOND),
        }
        self._revisions = np.full((REMEMBERED_MINUTES, n_symbols), NEVER, np.int16)
        self._revised_minute = np.full(REMEMBERED_MINUTES, -1, np.int64)
        self._unwatched: list[tuple[int, int]] = []
        self._first = -1  # what came before the first minute is history, and known
        self._rows = np.empty(n_symbols, np.int32)

    @property
    def newest(self) -> int:
        """Return the latest open minute in unix minutes, -1 before the first."""
        return int(self.book["newest"][0])

    def log(self, rank: int, room: int) -> Records:
        """Return the log of a rank with room for `room` more entries."""
        used_name = USED[rank]
        if int(self.book[used_name][0]) + room > len(self.logs[rank]):
            self._compact(rank, room)
        return self.logs[rank]

    def make_room(self, t_ms: int, room: int) -> list[ClosedBars]:
        """Open the minute of a trade, or find room for `room` trades in the log.

        Returns the bars of minutes that had to leave.
        """
        minute = t_ms // MINUTE_MS
        if minute > self.newest:
            return self.advance(minute)
        self._compact(RANK_TRADES, room)
        return []

    def compact(self) -> None:
        """Drop log entries of minutes that have left."""
        self._compact(RANK_TRADES, 0)
        self._compact(RANK_SECONDS, 0)

    def open_minutes(self) -> range:
        """Return the minutes (unix minutes) of the ring, oldest first."""
        newest = self.newest
        return range(newest - self.depth + 1, newest + 1) if newest >= 0 else range(0)

    def advance(self, minute: int) -> list[ClosedBars]:
        """Open every minute up to `minute`; return the bars of those that had to leave."""
        newest = self.newest
        self.day_before.settle(self.quotes, minute - self.depth + 1, self.cells_of)
        leaving = range(newest - self.depth + 1, min(minute - self.depth, newest) + 1)
        left = [self._retire(each) for each in leaving] if newest >= 0 else []
        first = minute - self.depth + 1 if newest < 0 else max(newest + 1, minute - self.depth + 1)
        self._first = minute if newest < 0 else self._first
        for opened in range(first, minute + 1):
            open_slot(self.cells, opened % self.depth)
            self.touched[opened % self.depth] = 0
        self.book["newest"] = minute
        self._unwatched = [span for span in self._unwatched if span[1] > minute - self.depth]
        return left

    def cells_of(self, minute: int) -> Records | None:
        """Return the cells (n_symbols,) of a minute (unix minutes), None when it is not open."""
        return self.cells[minute % self.depth] if minute in self.open_minutes() else None

    def developing(self) -> Developing:
        """Return the quote columns as they stand now (copies), with the day before us."""
        quotes = self.quotes.copy()
        quotes["day_volume"] += self.day_before.lacking(self.cells_of)
        return developing_of(quotes)

    def take(self, minute: int, *, settled: bool) -> ClosedBars:
        """Return the bars of one open minute that are due and not yet emitted as they are."""
        slot = minute % self.depth
        flags = int(self.touched[slot])
        if not (flags if settled else flags & READY):
            return ClosedBars.empty()
        found = collect(self.cells, slot, settled, self._rows)
        self.touched[slot] = 0 if settled else flags & ~READY
        return self._bars(minute, self._rows[:found].copy())

    def mark_unwatched(self, first_minute: int, last_minute: int) -> None:
        """Doubt all bars of these minutes (unix minutes, both included) made of live events."""
        self._unwatched.append((first_minute, last_minute))
        oldest = self.newest - self.depth + 1
        for minute in range(max(first_minute, oldest), min(last_minute, self.newest) + 1):
            if self.newest >= 0 and mark_partial(self.cells, minute % self.depth):
                self.touched[minute % self.depth] |= TOUCHED

    def next_revisions(self, minutes: np.ndarray, rows: Int32) -> Int32:
        """Return the revision that bars of minutes which left the ring get now, shape (n,)."""
        given = np.empty(len(rows), np.int32)
        for i, (minute, row) in enumerate(zip(minutes.tolist(), rows.tolist(), strict=True)):
            slot = minute % REMEMBERED_MINUTES
            if self._revised_minute[slot] != minute:
                self._revised_minute[slot] = minute
                self._revisions[slot] = NEVER
            self._revisions[slot, row] += 1
            given[i] = self._revisions[slot, row]
        return given

    def _compact(self, rank: int, room: int) -> None:
        log = self.logs[rank]
        living = np.empty_like(log)
        used = compact(self.cells, rank, log, living)
        size = LOG_START
        while size < 2 * (used + room):
            size *= 2
        self.logs[rank] = _resized(living, used, size)
        self.book[USED[rank]] = used

    def _retire(self, minute: int) -> ClosedBars:
        bars = self.take(minute, settled=True)
        slot = minute % REMEMBERED_MINUTES
        self._revised_minute[slot] = minute
        self._revisions[slot] = self.cells["revision"][minute % self.depth]
        return bars

    def _bars(self, minute: int, rows: Int32) -> ClosedBars:
        cells = self.cells[minute % self.depth][rows]
        volume = cells["volume"] + cells["volume_rest"]
        turnover = cells["turnover"] + cells["turnover_rest"]
        own_vwap = np.divide(turnover, volume, out=cells["close"].copy(), where=volume > 0)
        return ClosedBars(
            row=rows,
            start_ms=np.full(len(rows), minute * MINUTE_MS, np.int64),
            open=cells["open"].copy(),
            high=np.maximum(cells["high"], np.maximum(cells["open"], cells["close"])),
            low=np.minimum(cells["low"], np.minimum(cells["open"], cells["close"])),
            close=cells["close"].copy(),
            volume=volume,
            vwap=np.where(np.isnan(cells["vwap"]), own_vwap, cells["vwap"]),
            trade_count=cells["trade_count"].copy(),
            revision=cells["revision"].copy(),
            quality=self._quality(minute, rows, cells),
        )

    def _quality(self, minute: int, rows: Int32, cells: Records) -> UInt8:
        """Say how far the bars of rows (n,) can be trusted.

        A vendor's minute bar is whole whether or not we were there. Amid minutes that nobody
        watched it is as good as partial where the bar before it may be missing: to the rules it
        would look like trading that goes on after a pause.
        """
        watched = self._is_watched(minute)
        quality = np.full(len(cells), QUALITY_LIVE if watched else QUALITY_PARTIAL, np.uint8)
        if not watched:
            whole = cells["rank"] == RANK_MINUTE
            before = self.cells_of(minute - 1)
            if before is not None and minute > self._first and not self._is_watched(minute - 1):
                whole &= ~np.isnan(before["close"][rows])
            quality[whole] = QUALITY_LIVE
        quality[cells["backfilled"]] = QUALITY_BACKFILLED
        return quality

    def _is_watched(self, minute: int) -> bool:
        return not any(first <= minute <= last for first, last in self._unwatched)


def _resized(log: Records, used: int, size: int) -> Records:
    """Return the log with `size` entries, keeping the first `used`."""
    if size == len(log):
        return log
    resized = np.empty(size, log.dtype)
    n_bytes = used * log.itemsize
    resized.view(np.uint8)[:n_bytes] = log.view(np.uint8)[:n_bytes]  # by field: 10 times slower
    return resized
