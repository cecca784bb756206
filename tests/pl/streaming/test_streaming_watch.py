"""Which minutes were not watched, and what the time is where the feed stands."""

import pytest

from pl.streaming.feed_time import FeedTime
from pl.streaming.watch import Gap, Watch
from tests.pl.streaming.fakes import T0

MINUTE = 60_000


def test_the_first_minute_after_a_start_was_not_watched_whole() -> None:
    watch = Watch(lost_from_ms=T0)
    assert not watch.connected
    assert watch.regained(T0 + 20_000) == Gap(T0, T0 + MINUTE)
    assert watch.connected


def test_a_gap_begins_in_the_minute_of_the_last_event() -> None:
    watch = Watch()
    watch.seen(T0 + 59_900)
    assert watch.lost(T0 + 61_000) == Gap(T0, T0 + 2 * MINUTE)
    assert not watch.connected
    assert watch.regained(T0 + 185_000) == Gap(T0, T0 + 4 * MINUTE)
    assert watch.connected


def test_each_failed_attempt_leaves_the_gap_open() -> None:
    watch = Watch()
    watch.seen(T0)
    watch.lost(T0 + 1_000)
    assert watch.lost(T0 + 70_000) == Gap(T0, T0 + 2 * MINUTE)
    assert watch.lost(T0 + 130_000) == Gap(T0, T0 + 3 * MINUTE)


def test_a_second_connection_starts_with_a_clean_slate() -> None:
    watch = Watch(lost_from_ms=T0)
    watch.regained(T0)
    watch.seen(T0 + 10 * MINUTE)
    assert watch.lost(T0 + 10 * MINUTE + 5) == Gap(T0 + 10 * MINUTE, T0 + 11 * MINUTE)


def test_an_older_event_does_not_turn_the_watch_back() -> None:
    watch = Watch()
    watch.seen(T0 + 5 * MINUTE)
    watch.seen(T0)
    assert watch.lost(T0 + 5 * MINUTE).from_ms == T0 + 5 * MINUTE


def test_a_feed_that_never_spoke_is_lost_from_now_on() -> None:
    assert Watch().lost(T0 + 7) == Gap(T0, T0 + MINUTE)


def test_a_gap_can_reach_back() -> None:
    assert Gap(T0, T0 + MINUTE).reaching_back(2) == Gap(T0 - 2 * MINUTE, T0 + MINUTE)


def test_before_the_first_event_a_live_feed_shows_the_wall_clock() -> None:
    assert FeedTime(live=True).now_ms(T0 / 1000) == T0


def test_a_live_clock_lags_by_the_smallest_delay() -> None:
    time = FeedTime(live=True)
    for event_s, delay_s in ((0, 0.08), (1, 0.03), (2, 0.5)):
        time.observe(T0 + event_s * 1000, T0 / 1000 + event_s + delay_s)
    assert time.lag_ms == pytest.approx(30, abs=0.01)
    assert time.now_ms(T0 / 1000 + 10) == pytest.approx(T0 + 9_970, abs=1)


def test_a_plan_that_is_delayed_by_15_minutes_has_its_own_time() -> None:
    time = FeedTime(live=True)
    for second in range(200):
        time.observe(T0 + second * 1000, T0 / 1000 + second + 900)
    assert time.now_ms(T0 / 1000 + 200 + 900) == T0 + 200_000


def test_a_slow_minute_does_not_turn_the_clock_back() -> None:
    time = FeedTime(live=True)
    shown = []
    for second in range(300):
        delay_s = 20 if second in {61, 122} else 0.05  # the first of a window
        time.observe(T0 + second * 1000, T0 / 1000 + second + delay_s)
        shown.append(time.now_ms(T0 / 1000 + second + 1))
    assert shown == sorted(shown)


def test_an_event_out_of_order_says_nothing_about_the_delay() -> None:
    time = FeedTime(live=True)
    time.observe(T0 + 10_000, T0 / 1000 + 10)
    time.observe(T0, T0 / 1000 + 11)
    assert (time.last_event_ms, time.lag_ms) == (T0 + 10_000, 0.0)


def test_a_replay_stands_at_its_last_event() -> None:
    time = FeedTime(live=False)
    assert time.now_ms(T0 / 1000) == 0
    time.observe(1_381_150_800_000, T0 / 1000)
    assert time.now_ms(T0 / 1000 + 5) == 1_381_150_800_000
