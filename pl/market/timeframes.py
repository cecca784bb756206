"""Say which bar of a timeframe a minute belongs to, and when that bar closes.

Bars of 5 minutes to 1 hour are cut from a session's open on, so that the last one of a session
may be short. A day is a session; its bar starts at midnight by the exchange's clock, as vendors
stamp it. A week is the sessions of an ISO week; its bar starts on Monday's midnight.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from pl.market.batches import MINUTE_MS, Int64
from pl.market.sessions import MarketSessions, Session

MINUTES: Final = {"5min": 5, "15min": 15, "1hour": 60}
DAILY: Final = "daily"
WEEKLY: Final = "weekly"
INTRADAY: Final = ("1min", *MINUTES)
FOLDED: Final = (*MINUTES, DAILY, WEEKLY)
TIMEFRAMES: Final = ("1min", *FOLDED)
WEEKS_A_YEAR: Final = 54
WEEK_DAYS: Final = 7

TIERS: Final = dict.fromkeys(INTRADAY, "intraday") | {DAILY: "daily", WEEKLY: "daily"}
"""By timeframe."""


class Week(NamedTuple):
    """Name an ISO week: its Monday, where its bar starts and when its last session closes."""

    monday: date
    start_ms: int
    close_ms: int


def session_from(sessions: MarketSessions, ms: int) -> Session:
    """Return the session whose regular hours hold `ms`, else the next one."""
    at = ms if sessions.is_open(ms) else sessions.next_open(ms)
    session = sessions.session_of(at)
    if session is None:
        raise ValueError(f"sessions: {at} is open, but of no session")
    return session


def session_begun(sessions: MarketSessions, ms: int) -> Session:
    """Return the latest session that has opened by `ms`; raises ValueError where none is known."""
    session = sessions.session_of(sessions.anchor_ms("1min", ms))
    if session is None or session.open_ms > ms:
        raise ValueError(f"sessions: none is known that opened by {ms}")
    return session


def next_end(sessions: MarketSessions, ms: int) -> tuple[int, Session]:
    """Return the first time after `ms` at which a bar closes, and its session.

    Whatever closes, a bar of the shortest timeframe closes with it.
    """
    session = session_from(sessions, ms)
    step = min(MINUTES.values()) * MINUTE_MS
    into = max(ms - session.open_ms, -1)
    end_ms = session.open_ms + (into // step + 1) * step if into >= 0 else session.open_ms + step
    return min(end_ms, session.close_ms), session


def week_of(sessions: MarketSessions, session: Session) -> Week:
    """Return the ISO week of a session."""
    monday = session.session_date - timedelta(days=session.session_date.weekday())
    last = session
    while True:
        following = session_from(sessions, last.close_ms)
        if following.session_date >= monday + timedelta(days=WEEK_DAYS):
            return Week(monday, sessions.day_start_ms(monday), last.close_ms)
        last = following


def end_of(sessions: MarketSessions, timeframe: str, start_ms: int) -> int:
    """Return when the bar of a timeframe that starts at `start_ms` closes."""
    session = session_from(sessions, start_ms)
    if timeframe == WEEKLY:
        return week_of(sessions, session).close_ms
    if timeframe == DAILY:
        return session.close_ms
    return min(start_ms + MINUTES.get(timeframe, 1) * MINUTE_MS, session.close_ms)


def end_after(sessions: MarketSessions, timeframe: str, start_ms: int, n_bars: int) -> int:
    """Return when the bar closes that is `n_bars` after the one that starts at `start_ms`.

    Every bar in between is counted, as of a symbol that always trades. Raises ValueError where the
    calendar ends before.
    """
    session = session_from(sessions, start_ms)
    if timeframe == WEEKLY:
        monday = week_of(sessions, session).monday + timedelta(weeks=n_bars)
        return week_of(sessions, session_from(sessions, sessions.day_start_ms(monday))).close_ms
    if timeframe == DAILY:
        for _ in range(n_bars):
            session = session_from(sessions, session.close_ms)
        return session.close_ms
    step = MINUTES.get(timeframe, 1) * MINUTE_MS
    left = (start_ms - session.open_ms) // step + n_bars
    while left >= (n := -(-(session.close_ms - session.open_ms) // step)):
        left -= n
        session = session_from(sessions, session.close_ms)
    return min(session.open_ms + (left + 1) * step, session.close_ms)


def ends_of(sessions: MarketSessions, timeframe: str, start_ms: Int64) -> Int64:
    """Return for each bar (n,) when it closes."""
    starts, inverse = np.unique(start_ms, return_inverse=True)
    ends = np.array([end_of(sessions, timeframe, start) for start in starts.tolist()], np.int64)
    return ends[inverse]


def bars_between_anchors(sessions: MarketSessions, timeframe: str) -> int:
    """Return the most bars that lie between two anchors of a timeframe's recursive values."""
    if timeframe == WEEKLY:
        return WEEKS_A_YEAR
    if timeframe == DAILY:
        return sessions.sessions_a_year
    a_session = -(-sessions.longest_ms // (MINUTES.get(timeframe, 1) * MINUTE_MS))
    return a_session if timeframe in {"1min", "5min"} else a_session * sessions.sessions_a_month
