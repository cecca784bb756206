"""Fold minutes the slow and plain way, as a witness."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pl.market.batches import ClosedBars
from pl.market.sessions import MarketSessions, Session

STEPS = {"5min": 300_000, "15min": 900_000, "1hour": 3_600_000}
Key = tuple[str, int, int]
Facts = tuple[float, float, float, float, float, float, int, int]


class Minute(NamedTuple):
    row: int
    start_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float
    trade_count: int
    quality: int


def minutes_of(bars: ClosedBars) -> list[Minute]:
    columns = (getattr(bars, name).tolist() for name in Minute._fields)
    return [Minute(*values) for values in zip(*columns, strict=True)]


def plain_fold(
    minutes: Iterable[Minute], sessions: MarketSessions, through_ms: int
) -> dict[Key, Facts]:
    """Return the bars closed by `through_ms`, by (timeframe, start, row)."""
    members: dict[Key, list[Minute]] = {}
    ends: dict[Key, int] = {}
    for minute in sorted(minutes, key=lambda m: m.start_ms):
        session = sessions.session_of(minute.start_ms)
        for name, (start, end) in _buckets(session, minute.start_ms, sessions).items():
            key = (name, start, minute.row)
            members.setdefault(key, []).append(minute)
            ends[key] = end
    daily = {k: _folded(v) for k, v in members.items() if k[0] != "weekly"}
    weekly = {k: _of_days(v, sessions) for k, v in members.items() if k[0] == "weekly"}
    return {k: v for k, v in (daily | weekly).items() if ends[k] <= through_ms}


def _buckets(session: Session, ms: int, sessions: MarketSessions) -> dict[str, tuple[int, int]]:
    found = {}
    for name, step in STEPS.items():
        start = session.open_ms + (ms - session.open_ms) // step * step
        found[name] = (start, min(start + step, session.close_ms))
    day = session.session_date
    found["daily"] = (sessions.day_start_ms(day), session.close_ms)
    monday = day - timedelta(days=day.weekday())
    last = max(
        s.close_ms
        for offset in range(7)
        if (s := _session_on(sessions, monday + timedelta(days=offset))) is not None
    )
    found["weekly"] = (sessions.day_start_ms(monday), last)
    return found


def _session_on(sessions, day):
    noon = int(datetime(day.year, day.month, day.day, 17, tzinfo=UTC).timestamp() * 1000)
    return sessions.session_of(noon)


def _folded(minutes: list[Minute]) -> Facts:
    volume = traded = 0.0
    for minute in minutes:
        volume += minute.volume
        typical = (minute.high + minute.low + minute.close) / 3
        traded += (minute.vwap if minute.vwap == minute.vwap else typical) * minute.volume
    return (
        minutes[0].open,
        max(m.high for m in minutes),
        min(m.low for m in minutes),
        minutes[-1].close,
        volume,
        traded / volume if volume else minutes[-1].close,
        sum(m.trade_count for m in minutes),
        max(m.quality for m in minutes),
    )


def _of_days(minutes: list[Minute], sessions: MarketSessions) -> Facts:
    days: dict[int, list[Minute]] = {}
    for minute in minutes:
        days.setdefault(sessions.session_of(minute.start_ms).open_ms, []).append(minute)
    return _folded(
        [Minute(minutes[0].row, start, *_folded(of_day)) for start, of_day in days.items()]
    )
