"""Fold closed minutes into bars of 5 minutes to a week, which close by the market's clock.

A bar closes for every symbol when the market's closed minutes pass its end, whether or not the
symbol still trades. A minute that comes, or changes, after that revises it. Bars depend on the
minutes alone: how these are cut into batches makes no difference to what is held in the end, nor,
as long as they come in order, to what is said on the way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import numpy as np

from pl.market.backfilled import as_members
from pl.market.batches import MINUTE_MS, QUALITY_OFFICIAL, ClosedBars, Int32, Int64
from pl.market.columns import keys_of, merged
from pl.market.pages import ABSENT, Page
from pl.market.periods import KEPT, Cut, Period, cuts_of_session, cuts_of_week
from pl.market.sessions import MarketSessions, Session
from pl.market.timeframes import (
    DAILY,
    FOLDED,
    WEEK_DAYS,
    WEEKLY,
    next_end,
    session_from,
    week_of,
)

UNKNOWN_MS: Final = -1
NOT_HELD: Final = -1


@dataclass(frozen=True, slots=True)
class Step:
    """Hold minutes and, by timeframe, the bars that closed or changed when they were over.

    minutes : sorted by (start_ms, row); longer : in the order of FOLDED, each sorted alike.
    """

    minutes: ClosedBars
    longer: dict[str, ClosedBars]


@dataclass(slots=True)
class Folding:
    """Hold the minutes of two sessions and the days of two weeks for all symbols.

    from_ms : sessions that opened before are not folded, because not all of their minutes are
    known; through_ms : minutes that ended by then are over; UNKNOWN_MS before the first;
    too_old : minutes of sessions not held, which changed nothing; official : days of the
    exchange's own, which count more than what is folded because they hold the auctions.
    """

    sessions: MarketSessions
    n_symbols: int
    from_ms: int = 0
    through_ms: int = UNKNOWN_MS
    too_old: int = 0
    official: ClosedBars = field(default_factory=ClosedBars.empty)
    _days: list[Period] = field(default_factory=list)
    _weeks: list[Period] = field(default_factory=list)

    def advance(self, minutes: ClosedBars, through_ms: int) -> list[Step]:
        """Take regular minutes sorted by (start_ms, row) and the time through which all closed.

        Returns what followed, cut where bars close; without anything to tell it is empty.
        """
        if len(minutes):
            through_ms = max(through_ms, int(minutes.start_ms[-1]))
            if self.through_ms == UNKNOWN_MS:
                self.through_ms = int(minutes.start_ms[0])
        elif self.through_ms == UNKNOWN_MS:
            return []
        steps = list(self._closes(minutes, through_ms))
        begin = sum(len(step.minutes) for step in steps)
        if begin < len(minutes):
            rest = minutes.take(np.arange(begin, len(minutes)))
            steps.append(Step(rest, _ordered(self._put(rest))))
        self.through_ms = max(self.through_ms, through_ms)
        return [step for step in steps if len(step.minutes) or step.longer]

    def know_days(self, days: ClosedBars) -> None:
        """Take daily bars of weeks that are not over, or just were, as members of their weeks."""
        for start_ms in np.unique(days.start_ms).tolist():
            session = session_from(self.sessions, start_ms)
            self._put_days(session, days.take(days.start_ms == start_ms), UNKNOWN_MS)

    def know_official(self, days: ClosedBars) -> None:
        """Let no minutes fold over those of the daily bars that are official."""
        self.official = days.take(days.quality == QUALITY_OFFICIAL)

    def know_revisions(self, timeframe: str, bars: ClosedBars) -> None:
        """Take over the revisions of bars that are stored, where their period is held."""
        for period in self._weeks if timeframe == WEEKLY else self._days:
            cut = period.cuts[timeframe]
            bucket = np.searchsorted(cut.start_ms, bars.start_ms)
            known = bucket < len(cut.start_ms)
            known[known] = cut.start_ms[bucket[known]] == bars.start_ms[known]
            period.revisions[timeframe][bars.row[known], bucket[known]] = bars.revision[known]

    @property
    def next_end_ms(self) -> int:
        """Return when the next longer bar closes; UNKNOWN_MS before the first minute."""
        if self.through_ms == UNKNOWN_MS:
            return UNKNOWN_MS
        return next_end(self.sessions, self.through_ms)[0]

    def trades_of(self, row: Int64, start_ms: Int64) -> Int32:
        """Return how many trades minutes (n,) have, -1 of those that are not held."""
        found: Int32 = np.full(len(row), NOT_HELD, np.int32)
        for day in self._days:
            slot = (start_ms - day.key) // MINUTE_MS
            inside = np.flatnonzero((slot >= 0) & (slot < day.page.quality.shape[1]))
            at = (row[inside], slot[inside])
            held = day.page.quality[at] != ABSENT
            found[inside[held]] = day.page.trade_count[at][held]
        return found

    def _closes(self, minutes: ClosedBars, through_ms: int) -> Iterator[Step]:
        begin = 0
        while True:
            end_ms, session = next_end(self.sessions, self.through_ms)
            if end_ms > through_ms:
                return
            stop = int(np.searchsorted(minutes.start_ms, end_ms))
            taken = minutes.take(np.arange(begin, stop))
            longer = self._put(taken)
            self._close(session, end_ms, longer)
            self.through_ms, begin = end_ms, stop
            yield Step(taken, _ordered(longer))

    def _close(self, session: Session, end_ms: int, longer: dict[str, list[ClosedBars]]) -> None:
        """Add the bars of every timeframe that close at `end_ms`."""
        for day in self._days:
            if day.key == session.open_ms:
                for timeframe in day.cuts:
                    bars = self._ours(timeframe, day.closing(timeframe, end_ms))
                    _add(longer, timeframe, bars)
                    if timeframe == DAILY and len(bars):
                        _add(longer, WEEKLY, self._put_days(session, bars, self.through_ms))
        if end_ms == session.close_ms:
            self._put_official(session)
            for week in self._weeks:
                _add(longer, WEEKLY, week.closing(WEEKLY, end_ms))

    def _put(self, minutes: ClosedBars) -> dict[str, list[ClosedBars]]:
        """Take minutes in; return the closed bars that they revise."""
        longer: dict[str, list[ClosedBars]] = {}
        begin = 0
        while begin < len(minutes):
            session = session_from(self.sessions, int(minutes.start_ms[begin]))
            end = int(np.searchsorted(minutes.start_ms, session.close_ms))
            self._put_session(session, minutes.take(np.arange(begin, end)), longer)
            begin = end
        return longer

    def _put_session(
        self, session: Session, minutes: ClosedBars, longer: dict[str, list[ClosedBars]]
    ) -> None:
        day = self._day(session)
        if day is None:
            self.too_old += len(minutes)
            return
        slot = (minutes.start_ms - session.open_ms) // MINUTE_MS
        change = day.page.put(minutes, slot)
        if not change.any() or day.cuts["5min"].end_ms[slot[0] // 5] > self.through_ms:
            return
        for timeframe in day.cuts:
            changed = day.changed(timeframe, minutes, slot, change, self.through_ms)
            bars = self._ours(timeframe, changed)
            _add(longer, timeframe, bars)
            if timeframe == DAILY and len(bars):
                _add(longer, WEEKLY, self._put_days(session, bars, self.through_ms))

    def _ours(self, timeframe: str, bars: ClosedBars) -> ClosedBars:
        """Return the bars that no official one stands for."""
        if timeframe != DAILY or not len(self.official):
            return bars
        return bars.where(~np.isin(keys_of(bars), keys_of(self.official)))

    def _put_official(self, session: Session) -> None:
        """Take the official days of a session that closes in as members of their week."""
        start_ms = self.sessions.day_start_ms(session.session_date)
        days = self.official.take(self.official.start_ms == start_ms)
        if len(days):
            self._put_days(session, days, self.through_ms)

    def _put_days(self, session: Session, days: ClosedBars, through_ms: int) -> ClosedBars:
        """Take the daily bars of one session in; return the closed weeks that they revise."""
        week = self._week(session)
        if week is None:
            return ClosedBars.empty()
        slot = np.full(len(days), session.session_date.weekday(), np.int64)
        change = week.page.put(as_members(days), slot)
        return week.changed(WEEKLY, days, slot, change, through_ms)

    def _day(self, session: Session) -> Period | None:
        if session.open_ms < self.from_ms:
            return None

        def page() -> Page:
            return Page(self.n_symbols, -(-self.sessions.longest_ms // MINUTE_MS))

        day_start_ms = self.sessions.day_start_ms(session.session_date)
        return _held(
            self._days, session.open_ms, page, lambda: cuts_of_session(session, day_start_ms)
        )

    def _week(self, session: Session) -> Period | None:
        monday = session.session_date - timedelta(days=session.session_date.weekday())
        return _held(
            self._weeks,
            monday.toordinal(),
            lambda: Page(self.n_symbols, WEEK_DAYS),
            lambda: cuts_of_week(week_of(self.sessions, session), WEEK_DAYS),
        )


def _held(
    periods: list[Period], key: int, page: Callable[[], Page], cuts: Callable[[], Mapping[str, Cut]]
) -> Period | None:
    """Return the period of a key, begun when it is newer than one of those held, else None."""
    for period in periods:
        if period.key == key:
            return period
    if len(periods) < KEPT:
        room = page()
    elif key > periods[0].key:
        room = periods.pop(0).page
        room.clear()
    else:
        return None
    begun = Period(key, room, cuts())
    periods.append(begun)
    periods.sort(key=lambda period: period.key)
    return begun


def _add(longer: dict[str, list[ClosedBars]], timeframe: str, bars: ClosedBars) -> None:
    if len(bars):
        longer.setdefault(timeframe, []).append(bars)


def _ordered(longer: Mapping[str, list[ClosedBars]]) -> dict[str, ClosedBars]:
    return {name: merged(longer[name]) for name in FOLDED if name in longer}
