"""An answer of REST may be older than what the feed has told since."""

import numpy as np

from pl.market.batches import MINUTE_MS
from pl.streaming.late import LateArrivals
from pl.streaming.watch import Gap
from tests.pl.streaming.fakes import T0, minute_bars

DEPTH = 4
RUNNING = T0 + 10 * MINUTE_MS
ENDED = RUNNING - MINUTE_MS
BARS = minute_bars((1, ENDED, 9.0))


def note(
    late: LateArrivals, time_ms: int, received_at: float, now_ms: int = RUNNING, row: int = 1
) -> None:
    late.note(np.array([row], np.int32), np.array([time_ms]), now_ms, received_at)


def test_what_was_told_before_the_question_is_in_the_answer() -> None:
    late = LateArrivals(DEPTH)
    note(late, ENDED + 5_000, 100.0)
    assert late.unknown_to(BARS, 100.1) == []


def test_what_was_told_since_the_question_may_not_be_in_the_answer() -> None:
    late = LateArrivals(DEPTH)
    note(late, ENDED + 5_000, 90.0)
    note(late, ENDED + 5_000, 100.0)
    assert late.unknown_to(BARS, 100.0) == [(1, Gap(ENDED, RUNNING))]
    assert late.unknown_to(minute_bars((0, ENDED, 9.0)), 100.0) == []
    assert late.unknown_to(minute_bars((1, ENDED - MINUTE_MS, 9.0)), 100.0) == []


def test_nothing_is_kept_of_the_running_minute_and_of_those_long_gone() -> None:
    late = LateArrivals(DEPTH)
    for time_ms in (RUNNING, RUNNING - DEPTH * MINUTE_MS):
        note(late, time_ms, 100.0)
    start_ms = RUNNING - DEPTH * MINUTE_MS
    assert late.unknown_to(minute_bars((1, RUNNING, 9.0), (1, start_ms, 9.0)), 0.0) == []


def test_a_minute_is_forgotten_when_it_is_too_old_to_change() -> None:
    late = LateArrivals(DEPTH)
    note(late, ENDED, 100.0)
    for later in range(1, DEPTH - 1):
        note(late, RUNNING, 100.0, RUNNING + later * MINUTE_MS)
        assert len(late.unknown_to(BARS, 100.0)) == 1
    note(late, RUNNING, 100.0, RUNNING + (DEPTH - 1) * MINUTE_MS)
    assert late.unknown_to(BARS, 100.0) == []


def test_a_clock_that_goes_back_keeps_minutes_ended() -> None:
    late = LateArrivals(DEPTH)
    note(late, RUNNING, 100.0)
    note(late, ENDED + 59_000, 100.0, now_ms=RUNNING - 1_000)
    assert len(late.unknown_to(BARS, 100.0)) == 1
