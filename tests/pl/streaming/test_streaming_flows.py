"""Nothing is said twice of a flow, and (flow_id, life, revision) never comes again."""

from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.market.batches import MINUTE_MS
from pl.market.sessions import AlwaysOpenSessions, ExchangeSessions, xnys_sessions
from pl.market.timeframes import DAILY, MINUTES, TIMEFRAMES, WEEKLY, end_after
from pl.signals.life import LONGEST_LIFE
from pl.signals.signal import CONFIRMED, RETRACTED, Signal
from pl.streaming.flows import (
    KEEP_MS,
    KEEP_OPEN_MS,
    Facts,
    Flows,
    FlowState,
    remembered_since,
)
from tests.pl.streaming.fakes import T0, signal

FACTS = Facts.of(signal())
UPDATE = {"before": {"confidence": 0.7}, "after": {"confidence": 0.6}, "confidence": 0.6}
RETRACTION = {"life": RETRACTED, "before": {"confidence": 0.7}, "after": {}}


def known(life: str = CONFIRMED, revision: int = 0) -> Flows:
    return Flows([FlowState(str(signal().flow_id), life, revision, T0, FACTS, "1min")])


def test_a_first_confirmation_is_admitted_as_it_is() -> None:
    assert Flows().admit(signal()) == signal()


def test_a_flow_begins_with_revision_0_even_on_a_revised_bar() -> None:
    flows = Flows()
    first = flows.admit(signal(revision=7))
    assert first is not None
    assert first.revision == 0
    gone = flows.admit(signal(**RETRACTION, revision=1))
    assert gone is not None
    assert gone.revision == 1


def test_a_confirmation_that_was_said_adds_nothing() -> None:
    flows = Flows()
    flows.admit(signal())
    assert flows.admit(signal()) is None
    assert known().admit(signal()) is None


def test_a_retraction_follows_its_confirmation_under_a_higher_revision() -> None:
    admitted = known(revision=3).admit(signal(**RETRACTION, revision=1))
    assert admitted is not None
    assert (admitted.life, admitted.revision) == (RETRACTED, 4)
    assert admitted.before == {"confidence": 0.7}


def test_a_retraction_that_was_said_adds_nothing() -> None:
    assert known(RETRACTED, 1).admit(signal(**RETRACTION, revision=2)) is None


END = {
    "life": "failed",
    "bar_time_ms": T0 + 240_000,
    "born_ms": T0,
    "before": {"life": CONFIRMED},
    "after": {"life": "failed", "exit_price": 149.5, "bars": 4},
}


def test_an_end_follows_its_confirmation_and_is_said_once() -> None:
    flows = known(revision=2)
    admitted = flows.admit(signal(**END))
    assert admitted is not None
    assert (admitted.life, admitted.revision) == ("failed", 3)
    assert (admitted.before, admitted.after) == (END["before"], END["after"])
    assert flows.admit(signal(**END)) is None


def test_a_restart_says_neither_the_confirmation_nor_the_end_again() -> None:
    flows = known("failed", 1)
    assert flows.admit(signal()) is None
    assert flows.admit(signal(**END)) is None


def test_nobody_hears_the_end_of_what_was_held_back_or_taken_back() -> None:
    assert Flows().admit(signal(**END)) is None
    assert known(RETRACTED, 1).admit(signal(**END)) is None


def test_what_was_told_as_forming_ends_though_its_confirmation_was_held_back() -> None:
    flows = known("forming")
    ended = flows.admit(signal(**END))
    assert ended is not None
    assert (ended.life, ended.before) == ("failed", {"life": "forming"})
    assert flows.admit(signal(**END)) is None


def test_a_confirmation_that_comes_as_an_update_is_the_first_of_what_formed() -> None:
    first = known("forming").admit(signal(**UPDATE, revision=2))
    assert first is not None
    assert first.is_found
    assert (first.before, first.after, first.revision) == ({}, {}, 1)


def test_an_end_that_a_revised_bar_took_back_is_said_and_may_come_again() -> None:
    flows = known()
    flows.admit(signal(**END))
    back = flows.admit(signal(revision=2, before=END["after"], after={"life": CONFIRMED}))
    assert back is not None
    assert (back.life, back.revision) == (CONFIRMED, 2)
    again = flows.admit(signal(**END))
    assert again is not None
    assert again.revision == 3


def test_an_end_that_a_revised_bar_changed_is_said() -> None:
    flows = known()
    flows.admit(signal(**END))
    changed = END | {"before": {"life": "failed", "exit_price": 149.5, "bars": 4}, "revision": 2}
    assert flows.admit(signal(**changed)) is not None


def test_flows_that_have_not_ended_are_remembered_longer() -> None:
    flows = Flows(
        [
            FlowState("open", CONFIRMED, 0, T0, FACTS, "1min"),
            FlowState("forming", "forming", 0, T0, FACTS, "1min"),
            FlowState("ended", "expired", 1, T0, FACTS, "1min"),
        ]
    )
    flows.forget_old(T0 + KEEP_MS["1min"] + 1)
    assert len(flows) == 2


def test_nobody_hears_what_became_of_a_flow_that_was_held_back() -> None:
    assert Flows().admit(signal(**RETRACTION)) is None
    assert Flows().admit(signal(**UPDATE)) is None


def test_a_flow_confirmed_again_after_its_retraction_says_what_it_was() -> None:
    admitted = known(RETRACTED, 2).admit(signal(revision=1))
    assert admitted is not None
    assert (admitted.life, admitted.revision) == (CONFIRMED, 3)
    assert (admitted.before, admitted.after) == ({"life": RETRACTED}, {"life": CONFIRMED})


def test_a_revision_counts_what_was_told_of_a_flow_not_the_changes_of_its_bars() -> None:
    flows = Flows()
    updates = [
        signal(revision=revision, confidence=confidence, before={"confidence": 0.1})
        for revision, confidence in ((428, 0.6), (1_577, 0.5))
    ]
    said = [flows.admit(each) for each in (signal(revision=12), *updates, signal(**END))]
    assert [each.revision for each in said if each] == [0, 1, 2, 3]


def test_an_update_goes_out_once_even_over_a_restart() -> None:
    flows = known()
    admitted = flows.admit(signal(**UPDATE, revision=2))
    assert admitted is not None
    assert admitted.revision == 1
    assert flows.admit(signal(**UPDATE, revision=2)) is None
    facts = Facts.of(signal(**UPDATE))
    restarted = Flows([FlowState(str(signal().flow_id), CONFIRMED, 2, T0, facts, "1min")])
    assert restarted.admit(signal(**UPDATE, revision=2)) is None


@pytest.mark.parametrize(
    "moved",
    [
        {"levels": {"entry": 150.25, "stop": 149.0, "target": 151.75}},
        {"levels": {"entry": 150.25, "stop": 149.5}},
        {"geometry": {"from": T0 / 1000, "to": T0 / 1000, "level": 150.1}},
        {"reason": "6.2 times the mean volume of the 20 bars before"},
    ],
)
def test_an_update_of_levels_drawing_or_reason_alone_goes_out_once(moved: dict[str, Any]) -> None:
    flows, update = known(), {"before": {"stop": 149.5}, "after": {"stop": 149.0}, **moved}
    admitted = flows.admit(signal(**update, revision=2))
    assert admitted is not None
    assert flows.admit(signal(**update, revision=2)) is None


ENDED = {"life": "failed", "exit_price": 149.5, "bars": 4}


@pytest.mark.parametrize(
    ("last", "moved", "is_told"),
    [
        (CONFIRMED, {"volume": 3e6, "relative_volume": 6.0}, False),
        (CONFIRMED, {"volume": 3e6, "confidence": 0.6}, True),
        (CONFIRMED, {"volume": 3e6, "geometry": "drawn as it is now"}, True),
        ("failed", {"volume": 3e6}, False),
        ("failed", {"volume": 3e6, "exit_price": 149.0}, True),
        (CONFIRMED, {"level": 0.5000001, "stop": 0.4999999}, False),
        (CONFIRMED, {"volume": 3e6, "level": 0.50001}, True),
        (CONFIRMED, {"confidence": 0.5000001}, True),
        ("failed", {"level": 0.5000001}, False),
    ],
)
def test_volume_alone_is_no_update(last: str, moved: dict[str, Any], is_told: bool) -> None:
    lived = ENDED if last == "failed" else {}
    update = signal(
        life=last,
        volume=3e6,
        bar_time_ms=T0 + 240_000 if lived else T0,
        born_ms=T0,
        before={**lived, **dict.fromkeys(moved, 0.5)},
        after={**lived, **moved},
        revision=2,
    )
    assert (known(last).admit(update) is not None) is is_told


def test_a_drawing_that_moves_is_told_though_its_levels_hardly_do() -> None:
    moved = {"before": {"stop": 0.5}, "after": {"stop": 0.5000001}}
    drawn = {"points": [{"time": T0 / 1000, "price": 150.0}]}
    assert known().admit(signal(**moved, geometry=drawn, revision=2)) is not None


def test_what_is_told_next_has_the_volume_as_it_is_by_then() -> None:
    flows = known()
    moved = {"before": {"volume": 2e6}, "after": {"volume": 3e6}, "volume": 3e6}
    assert flows.admit(signal(**moved, revision=2)) is None
    admitted = flows.admit(signal(**UPDATE, volume=3e6, revision=4))
    assert admitted is not None
    assert (admitted.volume, admitted.revision) == (3e6, 1)


def test_old_flows_are_forgotten() -> None:
    flows = Flows()
    flows.admit(signal(1, bar_time_ms=T0))
    flows.admit(signal(2, bar_time_ms=T0 + 60_000))
    flows.admit(signal(3, bar_time_ms=T0, timeframe="daily"))
    flows.forget_old(T0 + KEEP_OPEN_MS + 1)
    assert len(flows) == 2
    for n, changes in ((2, {"bar_time_ms": T0 + 60_000}), (3, {"timeframe": "daily"})):
        assert flows.admit(signal(n, **changes)) is None


signals = st.builds(
    lambda n, life, revision, confidence, updates: signal(
        n,
        life=life,
        revision=revision,
        confidence=confidence,
        before={"confidence": 0.1} if updates or life == RETRACTED else {},
    ),
    st.integers(0, 2),
    st.sampled_from((CONFIRMED, RETRACTED)),
    st.integers(0, 4),
    st.sampled_from((0.5, 0.6)),
    st.booleans(),
)


@given(st.lists(signals, max_size=40))
def test_keys_are_unique_and_a_flow_begins_with_its_confirmation(found: list[Signal]) -> None:
    flows = Flows()
    said = [admitted for each in found if (admitted := flows.admit(each)) is not None]
    keys = [(each.flow_id, each.life, each.revision) for each in said]
    assert len(set(keys)) == len(keys)
    for flow in {each.flow_id for each in said}:
        of_flow = [each for each in said if each.flow_id == flow]
        assert of_flow[0].life == CONFIRMED
        assert not of_flow[0].before
        revisions = [each.revision for each in of_flow]
        assert revisions == sorted(set(revisions))


@cache
def new_york() -> ExchangeSessions:
    return xnys_sessions(date(2020, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_no_holidays_last_longer_than_an_open_flow_is_remembered(timeframe: str) -> None:
    sessions = new_york()
    state = FlowState("open", CONFIRMED, 0, T0, FACTS, timeframe)
    step = MINUTES.get(timeframe, 15) * MINUTE_MS
    longest = 0
    for session in sessions.sessions[: -5 * LONGEST_LIFE if timeframe == WEEKLY else -LONGEST_LIFE]:
        days = timeframe in {DAILY, WEEKLY}
        first = sessions.day_start_ms(session.session_date) if days else session.open_ms
        for start_ms in (first,) if days else range(first, session.close_ms, step):
            end_ms = end_after(sessions, timeframe, start_ms, LONGEST_LIFE)
            longest = max(longest, end_ms - start_ms)
    assert state.keep_ms > longest


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2026-11-20T23:30:00-05:00", "2026-11-20T19:59:00-05:00"),  # the night after
        ("2026-11-22T12:00:00-05:00", "2026-11-20T19:59:00-05:00"),  # on Sunday
        ("2026-11-23T09:45:00-05:00", "2026-11-23T09:44:00-05:00"),  # on Monday's morning
        ("2026-11-23T08:00:00-05:00", "2026-11-23T07:59:00-05:00"),  # before it
        ("2026-12-23T12:00:00-05:00", "2026-11-20T15:59:00-05:00"),  # a month later
    ],
)
def test_a_restart_remembers_what_was_open_as_the_market_closed(now: str, newest: str) -> None:
    friday = at("2026-11-20T14:30:00-05:00")
    since = remembered_since(at(now), at(newest), new_york(), live=True)
    for timeframe in ("1min", "5min", "15min", "1hour", "daily"):
        assert since[timeframe] <= friday
    assert since["1min"] >= at("2026-11-20T09:30:00-05:00")


def test_a_market_that_never_closes_is_remembered_by_the_clock() -> None:
    sessions = AlwaysOpenSessions()
    since = remembered_since(T0, T0 - MINUTE_MS, sessions, live=True)
    assert since["1min"] == T0 - KEEP_MS["1min"]
    assert remembered_since(T0, -1, sessions, live=True) == since
    assert set(remembered_since(T0, T0, sessions, live=False).values()) == {0}


def test_a_stop_of_years_lies_before_the_calendar() -> None:
    stopped, now = at("2019-05-01T12:00:00-04:00"), at("2020-01-02T09:35:00-05:00")
    since = remembered_since(now, stopped, new_york(), live=True)
    assert since["1min"] == stopped + MINUTE_MS - KEEP_MS["1min"]
    morning = remembered_since(now, now, new_york(), live=True)
    assert morning["1min"] < at("2020-01-02T09:30:00-05:00")
