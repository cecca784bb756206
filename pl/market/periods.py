"""Keep the running and the previous period of bars, and how often each folded bar changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pl.market.batches import MINUTE_MS, ClosedBars, Int32, Int64, UInt8
from pl.market.pages import ABSENT, OTHER_FACTS, Page
from pl.market.sessions import Session
from pl.market.timeframes import DAILY, MINUTES, WEEKLY, Week

KEPT: Final = 2
"""Periods: what a late bar may still change."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Say how the slots of a period are cut into the bars of a timeframe; all arrays (n_buckets,).

    first, end : slots [first, end); start_ms, end_ms : when each bar starts and closes.
    """

    first: Int64
    end: Int64
    start_ms: Int64
    end_ms: Int64


@dataclass(slots=True)
class Period:
    """Hold the members of a session or week and the revisions of what is folded from them.

    key : orders periods; revisions : by timeframe, (S, n_buckets) int32.
    """

    key: int
    page: Page
    cuts: Mapping[str, Cut]
    revisions: dict[str, Int32] = field(init=False)

    def __post_init__(self) -> None:
        n_symbols = len(self.page.quality)
        self.revisions = {
            name: np.zeros((n_symbols, len(cut.first)), np.int32) for name, cut in self.cuts.items()
        }

    def closing(self, timeframe: str, end_ms: int) -> ClosedBars:
        """Return the bars of a timeframe that close at `end_ms`, by row."""
        cut = self.cuts[timeframe]
        buckets = np.flatnonzero(cut.end_ms == end_ms)
        if not len(buckets):
            return ClosedBars.empty()
        row = np.arange(len(self.page.quality))
        return self._folded(timeframe, row, np.full(len(row), buckets[0]), keep_empty=False)

    def changed(
        self, timeframe: str, bars: ClosedBars, slot: Int64, change: UInt8, through_ms: int
    ) -> ClosedBars:
        """Return the bars closed by `through_ms` that members `bars` at `slot` (n,) changed.

        Each change of a member's facts is one revision more. Sorted by (start_ms, row).
        """
        cut = self.cuts[timeframe]
        bucket = np.searchsorted(cut.end, slot, side="right")
        late = (change > 0) & (cut.end_ms[bucket] <= through_ms)
        if not late.any():
            return ClosedBars.empty()
        revised = late & (change == OTHER_FACTS)
        np.add.at(self.revisions[timeframe], (bars.row[revised], bucket[revised]), 1)
        touched = np.unique(np.stack((bucket[late], bars.row[late])), axis=1)
        return self._folded(timeframe, touched[1], touched[0], keep_empty=True)

    def _folded(self, timeframe: str, row: Int64, bucket: Int64, *, keep_empty: bool) -> ClosedBars:
        cut = self.cuts[timeframe]
        bars = self.page.fold(row, cut.first[bucket], cut.end[bucket], cut.start_ms[bucket])
        bars.revision[:] = self.revisions[timeframe][row, bucket]
        empty = bars.quality == ABSENT
        bars.quality[empty] = 0
        return bars if keep_empty else bars.take(~empty)


def cuts_of_session(session: Session, day_start_ms: int) -> dict[str, Cut]:
    """Return how the minutes of a session make 5min to daily bars."""
    n_slots = -(-(session.close_ms - session.open_ms) // MINUTE_MS)
    cuts = {
        name: _cut(np.arange(0, n_slots, step), n_slots, session) for name, step in MINUTES.items()
    }
    whole = _cut(np.zeros(1, np.int64), n_slots, session)
    cuts[DAILY] = Cut(whole.first, whole.end, np.array([day_start_ms], np.int64), whole.end_ms)
    return cuts


def cuts_of_week(week: Week, n_slots: int) -> dict[str, Cut]:
    """Return how the days of a week make its bar."""
    columns = (0, n_slots, week.start_ms, week.close_ms)
    return {WEEKLY: Cut(*(np.array([value], np.int64) for value in columns))}


def _cut(first: Int64, n_slots: int, session: Session) -> Cut:
    end = np.append(first[1:], n_slots).astype(np.int64)
    return Cut(
        first.astype(np.int64),
        end,
        session.open_ms + first * MINUTE_MS,
        np.minimum(session.open_ms + end * MINUTE_MS, session.close_ms),
    )
