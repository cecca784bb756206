"""Know when a market trades, and where its calendar anchors recursive values.

This is the only place that knows exchange time; everything else is UTC. The New York calendar
comes from exchange_calendars (imported when asked for); the simulated market's session is the
UTC day, every day.

Source: exchange_calendars XNYS; extended hours as the consolidated tape runs them.
"""

import warnings
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from pl.market.batches import Int64

if TYPE_CHECKING:
    import pandas as pd

NEW_YORK: Final = ZoneInfo("America/New_York")

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000

BEFORE_OPEN_MS: Final = 5 * HOUR_MS + HOUR_MS // 2
"""The pre-market begins at 04:00, five and a half hours before the open."""
AFTER_CLOSE_MS: Final = 4 * HOUR_MS
"""After-hours trading ends four hours after the close: 20:00, or 17:00 on early closes."""

TIMES_AT_ONCE: Final = 1 << 16
"""What is reckoned of so many stays in the cache, instead of taking as much memory as a market."""

SESSION_TIMEFRAMES: Final = frozenset({"1min", "5min"})
MONTH_TIMEFRAMES: Final = frozenset({"15min", "30min", "1hour"})
YEAR_TIMEFRAMES: Final = frozenset({"daily", "weekly"})


class Session(NamedTuple):
    """One trading session; regular hours are [open_ms, close_ms), unix ms UTC."""

    session_date: date
    open_ms: int
    close_ms: int


class MarketSessions(Protocol):
    """Answer questions of time for one market; all times are unix ms UTC."""

    @property
    def longest_ms(self) -> int:
        """The longest regular hours of a session."""

    @property
    def sessions_a_month(self) -> int:
        """The most sessions that a month has."""

    @property
    def sessions_a_year(self) -> int:
        """The most sessions that a year has."""

    def day_start_ms(self, day: date) -> int:
        """Return the first ms of a day by the exchange's clock, where its daily bar starts."""

    def session_of(self, ms: int) -> Session | None:
        """Return the session whose trading, extended hours included, holds `ms`."""

    def is_open(self, ms: int) -> bool:
        """Tell whether `ms` lies in regular hours."""

    def next_open(self, ms: int) -> int:
        """Return the first regular open after `ms`."""

    def anchor_ms(self, timeframe: str, ms: int) -> int:
        """Return the calendar's anchor at or before `ms` for a timeframe's recursive values.

        It is the latest open for 1 and 5 minutes; the open of the first session of that
        session's month for 15 minutes to 1 hour; for daily and weekly, whose bars start at
        midnight, the midnight by the exchange's clock that began the year.
        """

    def regular(self, t_ms: Int64) -> npt.NDArray[np.bool_]:
        """Tell for each time (n,) whether it lies in regular hours."""


class ExchangeSessions:
    """Answer from a list of sessions, oldest first.

    Raises ValueError for a time outside the list, naming its ends: a calendar that has run
    out must not pass for a closed market.
    """

    def __init__(self, sessions: Sequence[Session]) -> None:
        if not sessions:
            raise ValueError("sessions: expected at least one, found none")
        self.sessions = tuple(sessions)
        self._opens = [session.open_ms for session in sessions]
        self._edges = np.array(
            [edge for session in sessions for edge in (session.open_ms, session.close_ms)], np.int64
        )
        self._first_of_month = _first_opens(sessions)

    @property
    def longest_ms(self) -> int:
        """The longest regular hours of a session."""
        return max(session.close_ms - session.open_ms for session in self.sessions)

    @property
    def sessions_a_month(self) -> int:
        """The most sessions that a month has: its weekdays."""
        return 23

    @property
    def sessions_a_year(self) -> int:
        """The most sessions that a year has: 254, in 1996."""
        return 254

    def day_start_ms(self, day: date) -> int:
        """Return the ms of midnight in New York."""
        return round(datetime.combine(day, time(), NEW_YORK).timestamp()) * 1_000

    def session_of(self, ms: int) -> Session | None:
        """Return the session whose trading, extended hours included, holds `ms`."""
        at = bisect_right(self._opens, ms + BEFORE_OPEN_MS) - 1
        self._check(ms)
        if at < 0 or ms >= _end_of_trading(self.sessions[at]):
            return None
        return self.sessions[at]

    def is_open(self, ms: int) -> bool:
        """Tell whether `ms` lies in regular hours."""
        self._check(ms)
        at = bisect_right(self._opens, ms) - 1
        return at >= 0 and ms < self.sessions[at].close_ms

    def next_open(self, ms: int) -> int:
        """Return the first regular open after `ms`."""
        self._check(ms)
        at = bisect_right(self._opens, ms)
        if at == len(self._opens):
            raise ValueError(f"sessions: no open after {ms}, the calendar ends")
        return self._opens[at]

    def anchor_ms(self, timeframe: str, ms: int) -> int:
        """Return the calendar's anchor at or before `ms` (see `MarketSessions`)."""
        self._check(ms)
        if timeframe not in SESSION_TIMEFRAMES | MONTH_TIMEFRAMES:
            _check_timeframe(timeframe)
            return self.day_start_ms(
                datetime.fromtimestamp(ms / 1_000, NEW_YORK).replace(month=1, day=1).date()
            )
        session = self.sessions[max(0, bisect_right(self._opens, ms) - 1)]
        if timeframe in SESSION_TIMEFRAMES:
            return session.open_ms
        return self._first_of_month[session.session_date.year, session.session_date.month]

    def regular(self, t_ms: Int64) -> npt.NDArray[np.bool_]:
        """Tell for each time (n,) whether it lies in regular hours."""
        inside = np.empty(len(t_ms), np.bool_)
        for at in range(0, len(t_ms), TIMES_AT_ONCE):
            some = slice(at, at + TIMES_AT_ONCE)
            inside[some] = np.searchsorted(self._edges, t_ms[some], side="right") % 2
        return inside

    def _check(self, ms: int) -> None:
        first, last = self.sessions[0], self.sessions[-1]
        if not first.open_ms - DAY_MS <= ms < _end_of_trading(last) + DAY_MS:
            raise ValueError(
                f"time: expected {first.session_date} to {last.session_date}, was {_iso(ms)}"
            )


class AlwaysOpenSessions:
    """Answer for a market that never closes: a session is a UTC day."""

    @property
    def longest_ms(self) -> int:
        """The length of a day."""
        return DAY_MS

    @property
    def sessions_a_month(self) -> int:
        """The days of the longest month."""
        return 31

    @property
    def sessions_a_year(self) -> int:
        """The days of the longest year."""
        return 366

    def day_start_ms(self, day: date) -> int:
        """Return the ms of midnight UTC."""
        return _midnight_ms(day)

    def session_of(self, ms: int) -> Session:
        """Return the UTC day that holds `ms`."""
        open_ms = ms // DAY_MS * DAY_MS
        return Session(_day(ms), open_ms, open_ms + DAY_MS)

    def is_open(self, ms: int) -> bool:  # noqa: ARG002 - the market's answer to any time
        """Tell that the market is open."""
        return True

    def next_open(self, ms: int) -> int:
        """Return the next midnight UTC after `ms`."""
        return (ms // DAY_MS + 1) * DAY_MS

    def anchor_ms(self, timeframe: str, ms: int) -> int:
        """Return the calendar's anchor at or before `ms` (see `MarketSessions`)."""
        day = _day(ms)
        if timeframe in SESSION_TIMEFRAMES:
            return ms // DAY_MS * DAY_MS
        if timeframe in MONTH_TIMEFRAMES:
            return _midnight_ms(day.replace(day=1))
        _check_timeframe(timeframe)
        return _midnight_ms(date(day.year, 1, 1))

    def regular(self, t_ms: Int64) -> npt.NDArray[np.bool_]:
        """Tell for each time (n,) that it lies in regular hours."""
        return np.ones(t_ms.shape, np.bool_)


def xnys_sessions(first: date, last: date) -> ExchangeSessions:
    """Return the New York sessions from `first` to `last`; takes about 0.1 s a year.

    Anchors reach back to the first session of the year: let `first` be a 1st of January.
    """
    from exchange_calendars import get_calendar

    with warnings.catch_warnings():
        # exchange_calendars still calls what pandas 4 will change
        warnings.simplefilter("ignore", DeprecationWarning)
        calendar = get_calendar("XNYS", start=first.isoformat(), end=last.isoformat())
    opens = _unix_ms(calendar.opens)
    closes = _unix_ms(calendar.closes)
    days = [label.date() for label in calendar.sessions]
    return ExchangeSessions([Session(*values) for values in zip(days, opens, closes, strict=True)])


def _unix_ms(times: "pd.Series[pd.Timestamp]") -> list[int]:
    utc = times.dt.tz_convert(None).to_numpy().astype("datetime64[ms]")
    return [int(ms) for ms in utc.astype(np.int64)]


def _end_of_trading(session: Session) -> int:
    return session.close_ms + AFTER_CLOSE_MS


def _first_opens(sessions: Sequence[Session]) -> dict[tuple[int, int], int]:
    """Return the first open of each (year, month)."""
    first: dict[tuple[int, int], int] = {}
    for session in sessions:
        day = session.session_date
        first.setdefault((day.year, day.month), session.open_ms)
    return first


def _check_timeframe(timeframe: str) -> None:
    if timeframe not in YEAR_TIMEFRAMES:
        known = sorted(SESSION_TIMEFRAMES | MONTH_TIMEFRAMES | YEAR_TIMEFRAMES)
        raise ValueError(f"timeframe: expected one of {known}, was {timeframe!r}")


def _day(ms: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).date()


def _midnight_ms(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_MS


def _iso(ms: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).isoformat()
