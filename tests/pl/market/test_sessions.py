from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pl.market.sessions import TIMES_AT_ONCE, AlwaysOpenSessions, xnys_sessions

NEW_YORK = ZoneInfo("America/New_York")
TIMEFRAMES = ("1min", "5min", "15min", "30min", "1hour", "daily", "weekly")


@pytest.fixture(scope="module")
def new_york():
    return xnys_sessions(date(2024, 1, 1), date(2027, 12, 31))


def at(text, zone=NEW_YORK):
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def test_the_years_have_their_sessions(new_york):
    years = [session.session_date.year for session in new_york.sessions]
    assert [years.count(year) for year in (2024, 2025, 2026, 2027)] == [252, 250, 251, 251]


@pytest.mark.parametrize(
    ("day", "close"),
    [
        ("2024-07-03", "13:00"),
        ("2024-11-29", "13:00"),
        ("2025-12-24", "13:00"),
        ("2026-07-02", "16:00"),
        ("2026-11-27", "13:00"),
        ("2027-11-26", "13:00"),
    ],
)
def test_sessions_close_when_the_exchange_does(new_york, day, close):
    session = new_york.session_of(at(f"{day}T10:00"))
    assert session.session_date == date.fromisoformat(day)
    assert session.open_ms == at(f"{day}T09:30")
    assert session.close_ms == at(f"{day}T{close}")


@pytest.mark.parametrize("day", ["2025-01-09", "2026-07-03", "2026-08-08"])
def test_a_closed_day_has_no_session(new_york, day):
    assert new_york.session_of(at(f"{day}T10:00")) is None
    assert not new_york.is_open(at(f"{day}T10:00"))


def test_the_open_follows_daylight_time(new_york):
    assert new_york.next_open(at("2026-03-08T00:00")) == at("2026-03-09T13:30", UTC)
    assert new_york.next_open(at("2026-11-01T12:00")) == at("2026-11-02T14:30", UTC)


def test_regular_hours_are_half_open(new_york):
    assert not new_york.is_open(at("2026-03-10T09:30") - 1)
    assert new_york.is_open(at("2026-03-10T09:30"))
    assert new_york.is_open(at("2026-03-10T16:00") - 1)
    assert not new_york.is_open(at("2026-03-10T16:00"))


@pytest.mark.parametrize(
    ("time", "inside"),
    [("03:59:59", False), ("04:00", True), ("19:59:59", True), ("20:00", False)],
)
def test_a_session_holds_its_extended_hours(new_york, time, inside):
    assert (new_york.session_of(at(f"2026-03-10T{time}")) is not None) is inside


def test_after_hours_end_early_on_a_half_day(new_york):
    assert new_york.session_of(at("2026-11-27T16:59")) is not None
    assert new_york.session_of(at("2026-11-27T17:00")) is None


def test_regular_tells_many_times_at_once(new_york):
    times = [at(f"2026-03-10T{t}") for t in ("08:00", "09:30", "15:59:59", "16:00", "18:00")]
    regular = new_york.regular(np.array(times))
    assert regular.tolist() == [False, True, True, False, False]
    assert regular.tolist() == [new_york.is_open(time) for time in times]


def test_regular_tells_more_times_than_are_looked_at_at_once(new_york):
    times = at("2026-03-10T00:00") + np.arange(2 * TIMES_AT_ONCE + 7) * 1_000
    expected = [new_york.is_open(time) for time in times.tolist()]
    assert new_york.regular(times).tolist() == expected


@pytest.mark.parametrize(
    ("timeframe", "anchor"),
    [
        ("1min", "2026-03-10T09:30"),
        ("5min", "2026-03-10T09:30"),
        ("15min", "2026-03-02T09:30"),
        ("1hour", "2026-03-02T09:30"),
        ("daily", "2026-01-01T00:00"),
        ("weekly", "2026-01-01T00:00"),
    ],
)
def test_anchors_are_fixed_by_the_calendar(new_york, timeframe, anchor):
    assert new_york.anchor_ms(timeframe, at("2026-03-10T12:34")) == at(anchor)


def test_before_the_open_the_anchor_is_the_last_sessions(new_york):
    assert new_york.anchor_ms("1min", at("2026-03-10T08:00")) == at("2026-03-09T09:30")
    assert new_york.anchor_ms("15min", at("2026-03-02T08:00")) == at("2026-02-02T09:30")


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_an_anchor_never_lies_ahead_nor_moves_back(new_york, timeframe):
    times = range(at("2025-11-01T00:00"), at("2026-04-01T00:00"), 7_777_777)
    for market in (new_york, AlwaysOpenSessions()):
        anchors = [market.anchor_ms(timeframe, time) for time in times]
        assert all(anchor <= time for anchor, time in zip(anchors, times, strict=True))
        assert all(before <= after for before, after in pairwise(anchors))


@pytest.mark.parametrize("day", ["2023-12-01", "2028-01-05"])
def test_a_calendar_that_has_run_out_says_so(new_york, day):
    with pytest.raises(ValueError, match="2024-01-02 to 2027-12-31"):
        new_york.session_of(at(f"{day}T10:00"))


def test_an_unknown_timeframe_is_refused(new_york):
    for market in (new_york, AlwaysOpenSessions()):
        with pytest.raises(ValueError, match="'2min'"):
            market.anchor_ms("2min", at("2026-03-10T12:00"))


def test_the_longest_session_of_new_york_has_six_and_a_half_hours(new_york):
    assert new_york.longest_ms == 390 * 60_000
    assert AlwaysOpenSessions().longest_ms == 1440 * 60_000


def test_the_simulated_session_is_the_utc_day():
    market = AlwaysOpenSessions()
    noon = at("2026-08-08T12:00", UTC)
    day, open_ms, close_ms = market.session_of(noon)
    assert day == date(2026, 8, 8)
    assert (open_ms, close_ms) == (at("2026-08-08T00:00", UTC), at("2026-08-09T00:00", UTC))
    assert market.is_open(noon)
    assert market.next_open(noon) == close_ms
    assert market.next_open(open_ms) == close_ms
    assert market.anchor_ms("15min", noon) == at("2026-08-01T00:00", UTC)
    assert market.anchor_ms("daily", noon) == at("2026-01-01T00:00", UTC)
