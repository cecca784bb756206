"""The loop closes minutes by the feed's clock and leaves no doubt about what it did not see."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from contracts.names import ALERTS_CRITICAL, SESSION_STARTED, SESSION_STOPPED
from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_LIVE,
    QUALITY_PARTIAL,
    FeedNotice,
)
from pl.streaming.attention import LATE_MINUTES
from pl.streaming.inbox import Backfill
from pl.streaming.watch import Gap
from tests.pl.streaming.fakes import (
    SYMBOLS,
    T0,
    minute_bars,
    trades,
)
from tests.pl.streaming.loop_stage import DAY_MS, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    return Stage()


def test_a_minute_closes_when_the_watermark_passes_its_end(stage: Stage) -> None:
    stage.trade(10)
    stage.trade(60.2)
    assert stage.closes == []
    stage.trade(60.3)
    assert stage.closes == [(0, 0, 0, QUALITY_LIVE)]
    assert stage.road.items[0].received_at == T0 / 1000 + 60.301


def test_a_trade_of_any_symbol_closes_the_minute_of_all(stage: Stage) -> None:
    stage.trade(10, row=0)
    stage.trade(11, row=2)
    stage.trade(60.3, row=1)
    assert stage.closes == [(0, 0, 0, QUALITY_LIVE), (0, 2, 0, QUALITY_LIVE)]


def test_a_silent_feed_closes_by_its_clock_after_two_seconds(stage: Stage) -> None:
    stage.trade(10)
    stage.wait_until(61.9)
    assert stage.closes == []
    stage.wait_until(62.1)
    assert stage.closes == [(0, 0, 0, QUALITY_LIVE)]


def test_while_events_wait_to_be_taken_nothing_closes_by_the_clock(stage: Stage) -> None:
    stage.trade(10)
    asyncio.run(stage.inbox.put(trades((0, T0 + 59_000, 11.0))))
    stage.wait_until(70)
    assert stage.closes == []


def test_a_late_trade_revises_its_bar_at_the_next_turn(stage: Stage) -> None:
    stage.trade(10)
    stage.trade(60.3)
    stage.trade(20, price=12.0)
    stage.wait_until(60.6)
    assert stage.closes == [(0, 0, 0, QUALITY_LIVE), (0, 0, 1, QUALITY_LIVE)]
    assert stage.writer.items[-1].bars.high.tolist() == [12.0]


def test_a_replay_never_closes_by_the_wall_clock() -> None:
    stage = Stage(live=False)
    stage.trade(10)
    stage.wait_until(3_600)
    assert stage.closes == []


async def test_a_replay_closes_its_last_minute_at_the_end() -> None:
    stage = Stage(live=False)
    stage.trade(10)
    await stage.inbox.put(FeedNotice("end", "2 rows", stage.clock.now))
    await stage.loop.run()
    assert stage.closes == [(0, 0, 0, QUALITY_LIVE)]
    assert stage.loop.ended


async def test_a_replay_is_held_up_while_what_follows_is_behind() -> None:
    stage = Stage(live=False)
    asked = iter((True, True, False))
    held: list[bool] = []

    def held_up() -> bool:
        held.append(next(asked, False))
        return held[-1]

    stage.loop.held_up = held_up
    await stage.inbox.put(FeedNotice("end", "", 0.0))
    await stage.loop.run()
    assert held == [True, True, False]


def test_a_trade_from_the_future_moves_nothing(stage: Stage) -> None:
    stage.trade(10)
    stage.loop.take(trades((0, T0 + DAY_MS, 10.0), received_at=T0 / 1000 + 11))
    for second in range(12, 20):
        stage.trade(second)
    assert stage.loop.feed_time.last_event_ms == T0 + 19_001
    stage.notice("disconnected", 20)
    assert stage.repair.ordered[-1][0].to_ms == T0 + MINUTE_MS
    assert stage.counters.dropped["future"] == 1
    assert stage.codes == ["REFUSED_FUTURE", "FEED_DISCONNECTED"]


def test_nonsense_is_counted_and_said_once_a_minute(stage: Stage) -> None:
    stage.trade(1)
    for second in range(2, 30):
        stage.loop.take(trades((0, T0 + second * 1000, -5.0)))
    assert stage.counters.dropped["non_positive"] == 28
    assert stage.codes == ["REFUSED_NON_POSITIVE"]
    stage.attention.trouble.flush(T0 / 1000 + 30)
    assert len(stage.errors) == 1
    stage.attention.trouble.flush(T0 / 1000 + 90)
    assert [report.context["count"] for report in stage.errors] == [1, 27]


def test_a_minute_in_which_an_event_was_spoilt_is_fetched(stage: Stage) -> None:
    stage.trade(70)
    stage.loop.take(trades((1, T0 + 71_000, -5.0)))
    assert stage.repair.ordered == [(Gap(T0, T0 + 2 * MINUTE_MS), ("KO",))]


def test_minutes_around_an_unannounced_silence_are_fetched(stage: Stage) -> None:
    stage.trade(30)
    stage.wait_until(30.5)
    stage.trade(39)
    assert stage.repair.ordered == []
    stage.trade(65)
    late_ones_too = Gap(T0 - LATE_MINUTES * MINUTE_MS, T0 + 2 * MINUTE_MS)
    assert stage.repair.ordered == [(late_ones_too, ())]
    stage.trade(119)
    stage.trade(180.3)
    assert stage.closes[0] == (0, 0, 0, QUALITY_LIVE)


def test_a_feed_of_minutes_is_silent_between_them() -> None:
    stage = Stage(cadence_ms=MINUTE_MS)
    for minute in range(5):
        stage.minute(minute)
    assert stage.repair.ordered == []
    stage.minute(6)
    missed = Gap(T0 + (5 - LATE_MINUTES) * MINUTE_MS, T0 + 8 * MINUTE_MS)
    assert stage.repair.ordered == [(missed, ())]


def test_nothing_was_missed_before_the_first_event(stage: Stage) -> None:
    stage.wait_until(1)
    assert stage.loop.session.current is not None
    stage.trade(2)
    assert stage.repair.ordered == []


def test_the_night_is_no_silence() -> None:
    stage = Stage()
    stage.trade(30)
    assert stage.loop.session.current is None
    stage.trade(8 * 3600)
    assert stage.repair.ordered == []


def test_duplicates_are_told_as_news_not_as_a_fault(stage: Stage) -> None:
    batch = trades((0, T0 + 1, 10.0), (0, T0 + 2, 10.0))
    stage.loop.take(batch)
    stage.loop.take(batch)
    assert stage.counters.dropped["duplicate"] == 2
    assert [(report.error_code, report.severity) for report in stage.errors] == [
        ("REFUSED_DUPLICATE", "info")
    ]


def test_bars_that_we_asked_for_again_are_no_duplicates(stage: Stage) -> None:
    stage.trade(10)
    stage.trade(60.3)
    for _ in range(2):
        stage.loop.take(Backfill(minute_bars((0, T0, 9.0))))
    assert (stage.counters.dropped, stage.codes) == ({}, [])


@pytest.mark.parametrize(("minute", "codes"), [(1, []), (30, ["REFUSED_SUPERSEDED"])])
def test_trades_of_fetched_minutes_are_quiet_after_a_start_and_told_later(
    stage: Stage, minute: int, codes: list[str]
) -> None:
    stage.notice("subscribed", 0)
    start = T0 + minute * MINUTE_MS
    stage.trade(minute * 60 + 10)
    stage.trade(minute * 60 + 60.3)
    stage.loop.take(Backfill(minute_bars((0, start, 9.0))))
    stage.loop.take(trades((0, start + 20_000, 10.0)))
    assert stage.counters.dropped["superseded"] == 1
    assert stage.codes == codes


def test_ticks_go_out_after_what_they_closed(stage: Stage) -> None:
    seen: list[int] = []
    stage.loop.publish_ticks = lambda _: seen.append(len(stage.road.items))
    stage.trade(10)
    stage.trade(60.3)
    assert seen == [0, 1]


def test_a_first_minute_that_was_not_watched_whole_is_partial_and_fetched() -> None:
    stage = Stage(lost_from_ms=T0)
    stage.notice("connected", 30)
    assert not stage.attention.watch.connected
    stage.notice("subscribed", 30)
    assert stage.attention.watch.connected
    gap = Gap(T0 - LATE_MINUTES * MINUTE_MS, T0 + MINUTE_MS)
    assert stage.repair.ordered == [(gap, ())]
    stage.trade(31)
    stage.trade(60.3)
    assert stage.closes == [(0, 0, 0, QUALITY_PARTIAL)]
    stage.loop.take(Backfill(minute_bars((0, T0, 9.0))))
    stage.wait_until(61.5)
    assert stage.closes[-1] == (0, 0, 1, QUALITY_BACKFILLED)
    stage.trade(120.4)
    assert stage.closes[-1] == (1, 0, 0, QUALITY_LIVE)


def test_the_minutes_of_a_broken_connection_are_doubted_and_fetched(stage: Stage) -> None:
    stage.notice("subscribed", 0)
    stage.trade(30)
    stage.notice("disconnected", 65, "closed 1011")
    stage.notice("disconnected", 70, "refused")
    stage.notice("connected", 130)
    stage.notice("subscribed", 130)
    stage.trade(131)
    stage.trade(180.4)
    stage.trade(240.4)
    back = LATE_MINUTES * MINUTE_MS
    assert (Gap(T0 - back, T0 + 3 * MINUTE_MS), ()) in stage.repair.ordered
    assert stage.closes == [
        (0, 0, 0, QUALITY_PARTIAL),
        (2, 0, 0, QUALITY_PARTIAL),
        (3, 0, 0, QUALITY_LIVE),
    ]
    assert stage.counters.reconnections == 1
    assert stage.counters.connections_failed == 2
    assert stage.codes == ["FEED_DISCONNECTED"]


@pytest.mark.parametrize(("kind", "code"), [("mute", "FEED_MUTE"), ("evicted", "FEED_EVICTED")])
def test_silence_and_eviction_are_losses_too(stage: Stage, kind: str, code: str) -> None:
    stage.trade(30)
    stage.notice(kind, 100, "why")
    assert stage.codes == [code]
    assert stage.repair.ordered[-1][0].to_ms == T0 + 2 * MINUTE_MS
    assert not stage.attention.watch.connected


def test_an_overflow_is_doubted_from_the_last_taken_event_to_its_end(stage: Stage) -> None:
    stage.trade(30)
    stage.notice("overflow", 90, "more than 2000000 events waiting")
    stage.notice("resumed", 200)
    assert stage.repair.ordered[-1][0].to_ms == T0 + 4 * MINUTE_MS
    assert stage.errors[0].severity == "error"
    assert stage.attention.watch.connected


def test_malformed_frames_are_counted_by_cause(stage: Stage) -> None:
    stage.notice("malformed", 1, "not JSON", 3)
    stage.notice("malformed", 2, "price: expected float", 2)
    stage.notice("malformed", 3, "not JSON", 4)
    assert stage.counters.dropped == {"not JSON": 7, "price: expected float": 2}
    assert [report.message for report in stage.errors] == [
        "dropped: not JSON",
        "dropped: price: expected float",
    ]


async def test_a_refused_key_ends_the_loop_with_a_critical_alert(stage: Stage) -> None:
    await stage.inbox.put(FeedNotice("refused", "auth_failed", stage.clock.now))
    await stage.loop.run()
    assert stage.attention.refused == "auth_failed"
    assert (stage.codes, stage.errors[0].severity) == (["FEED_REFUSED"], "critical")
    alert = json.loads(stage.channels.on(ALERTS_CRITICAL)[0])
    assert (alert["type"], alert["severity"]) == ("feed_refused", "critical")


def test_a_trade_of_a_fetched_minute_has_it_fetched_again(stage: Stage) -> None:
    stage.trade(10)
    stage.trade(60.3)
    stage.loop.take(Backfill(minute_bars((0, T0, 9.0))))
    stage.trade(20)
    assert stage.repair.ordered == [(Gap(T0, T0 + MINUTE_MS), (SYMBOLS[0],))]


def test_an_answer_older_than_a_late_trade_is_asked_for_again(stage: Stage) -> None:
    stage.trade(10)
    stage.trade(60.3)
    stage.clock.now = asked_at = T0 / 1000 + 62
    stage.loop.take(trades((0, T0 + 20_000, 10.0), (1, T0 + 61_000, 10.0), received_at=asked_at))
    stage.loop.take(Backfill(minute_bars((0, T0, 9.0), (1, T0, 9.0)), asked_at))
    assert stage.repair.ordered == [(Gap(T0, T0 + MINUTE_MS), (SYMBOLS[0],))]
    stage.loop.take(Backfill(minute_bars((0, T0, 9.5)), asked_at + 0.1))
    assert len(stage.repair.ordered) == 1


def test_an_answer_that_came_after_a_later_one_is_asked_for_again(stage: Stage) -> None:
    stage.trade(10)
    stage.trade(60.3)
    stage.clock.now = told_at = T0 / 1000 + 63
    stage.loop.take(Backfill(minute_bars((0, T0, 9.0)), told_at - 1))
    stage.loop.take(trades((0, T0 + 20_000, 10.0), received_at=told_at))
    stage.repair.ordered.clear()
    stage.loop.take(Backfill(minute_bars((0, T0, 9.5)), told_at + 0.1))
    assert stage.repair.ordered == []
    stage.loop.take(Backfill(minute_bars((0, T0, 9.0)), told_at - 0.5))
    assert stage.repair.ordered == [(Gap(T0, T0 + MINUTE_MS), (SYMBOLS[0],))]


def test_repairs_are_started_by_the_feeds_time(stage: Stage) -> None:
    stage.loop.take(trades((0, T0, 10.0), (0, T0 + 1, 10.0), received_at=T0 / 1000 + 900))
    stage.wait_until(960)
    assert stage.repair.due == [T0 + 60_001]


def test_the_session_begins_with_the_first_event_of_a_replay() -> None:
    stage = Stage(live=False)
    stage.loop.turn()
    assert stage.channels.said == []
    stage.trade(10)
    stage.loop.turn()
    assert len(stage.channels.on(SESSION_STARTED)) == 1


@pytest.mark.parametrize("goes_on", [True, False])
def test_the_last_minute_belongs_to_the_session_that_ends_with_it(goes_on: bool) -> None:
    stage = Stage()
    midnight = (DAY_MS - T0 % DAY_MS) / 1000
    for second in range(-240, 0, 10):
        stage.trade(midnight + second)
        stage.loop.turn()
    for second in (0.1, 0.3, 1.5, 2.1, 2.5):
        if goes_on:
            stage.trade(midnight + second)
        stage.wait_until(midnight + second)
    (stopped,) = stage.channels.on(SESSION_STOPPED)
    assert json.loads(stopped)["total_bars"] == 4


def test_a_session_ends_though_its_last_minute_does_not_close() -> None:
    stage = Stage()
    midnight = (DAY_MS - T0 % DAY_MS) / 1000
    stage.wait_until(midnight - 10)
    stage.wait_until(midnight + 5)
    assert len(stage.channels.on(SESSION_STOPPED)) == 1


def test_vendors_minute_bars_pass_at_once(stage: Stage) -> None:
    stage.clock.now = T0 / 1000 + 60
    rows = [(row, T0, 10.0 + row) for row in range(3)]
    stage.loop.take(minute_bars(*rows))
    stage.wait_until(60.25)
    assert stage.closes == [(0, row, 0, QUALITY_LIVE) for row in range(3)]


def lively(row: int, minute: int) -> tuple[int, int, float]:
    """A bar of a minute since T0; the price goes to and fro."""
    return row, T0 + minute * MINUTE_MS, 10.0 + minute % 2


def test_minutes_that_a_feed_of_minutes_lost_are_no_halt_until_history_says_so() -> None:
    stage = Stage(cadence_ms=MINUTE_MS)
    stage.notice("subscribed", 0)
    for minute in (*range(60), 66, 67):
        if minute == 66:
            stage.notice("disconnected", 60 * 60 + 5)
            stage.notice("subscribed", 66 * 60 + 5)
        stage.clock.now = (T0 + (minute + 1) * MINUTE_MS) / 1000 + 0.5
        bars = minute_bars(*(lively(row, minute) for row in range(len(SYMBOLS))))
        stage.loop.take(replace(bars, received_at=stage.clock.now))
        stage.loop.turn()
    assert {(66, 0, 0, QUALITY_PARTIAL), (67, 0, 0, QUALITY_LIVE)} <= set(stage.closes)
    assert not any("Trading" in found.pattern for found, _ in stage.road.found)
    stage.loop.take(Backfill(minute_bars(lively(0, 60), lively(0, 66)), stage.clock.now))
    stage.loop.turn()
    halts = [found.symbol for found, _ in stage.road.found if found.pattern == "Trading_Halt"]
    assert halts == [SYMBOLS[0]]
