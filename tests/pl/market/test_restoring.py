"""A restart folds what an earlier run folded, and says only what is new."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import QUALITY_BACKFILLED, QUALITY_LIVE, QUALITY_OFFICIAL, ClosedBars
from pl.market.columns import merged
from pl.market.folding import Folding
from pl.market.restoring import restore
from pl.market.sessions import AlwaysOpenSessions
from pl.market.timeframes import WEEK_DAYS

MINUTE = 60_000
DAY = 86_400_000
MONDAY = 20_416 * DAY  # 2025-11-24
SESSIONS = AlwaysOpenSessions()


def minutes(first: int, end: int, price: float = 10.0, revision: int = 0) -> ClosedBars:
    n = end - first
    flat = np.full(n, price)
    return ClosedBars(
        np.zeros(n, np.int32),
        MONDAY + np.arange(first, end) * MINUTE,
        *(flat.copy() for _ in range(4)),
        np.full(n, 7.0),
        flat.copy(),
        np.full(n, 3, np.int32),
        np.full(n, revision, np.int32),
        np.zeros(n, np.uint8),
    )


def folding() -> Folding:
    return Folding(SESSIONS, 1, from_ms=MONDAY)


def folded(bars: ClosedBars, through: int) -> dict[str, ClosedBars]:
    steps = folding_at(MONDAY).advance(bars, MONDAY + through * MINUTE)
    names = {name for step in steps for name in step.longer}
    return {
        name: merged([step.longer[name] for step in steps if name in step.longer]) for name in names
    }


def folding_at(ms: int) -> Folding:
    started = folding()
    started.through_ms = ms
    return started


def test_what_is_stored_is_not_said_again() -> None:
    bars = minutes(0, 33)
    restored = restore(folding(), bars, MONDAY + 33 * MINUTE, folded(bars, 33))
    assert (restored.fresh, restored.changed) == ({}, {})


def test_what_a_crash_kept_from_the_database_is_fresh() -> None:
    bars = minutes(0, 33)
    stored = folded(bars, 33)
    stored["5min"] = stored["5min"].take(np.arange(4))
    restored = restore(folding(), bars, MONDAY + 33 * MINUTE, stored)
    assert restored.fresh["5min"].start_ms.tolist() == [MONDAY + n * MINUTE for n in (20, 25)]
    assert list(restored.fresh) == ["5min"]


def test_a_bar_whose_minutes_changed_meanwhile_is_revised() -> None:
    stored = folded(minutes(0, 33), 33)
    stored["5min"].revision[1] = 2
    bars = merged([minutes(0, 7), minutes(7, 8, 11.0, revision=1), minutes(8, 33)])
    running = folding()
    restored = restore(running, bars, MONDAY + 33 * MINUTE, stored)
    assert {name: bars.revision.tolist() for name, bars in restored.changed.items()} == {
        "5min": [3],
        "15min": [1],
    }
    steps = running.advance(minutes(7, 8, 12.0, revision=2), MONDAY + 33 * MINUTE)
    assert steps[0].longer["5min"].revision.tolist() == [4]


def test_the_bucket_that_was_running_goes_on() -> None:
    running = folding()
    restore(running, minutes(0, 33), MONDAY + 33 * MINUTE, folded(minutes(0, 33), 33))
    steps = running.advance(minutes(33, 35), MONDAY + 35 * MINUTE)
    whole = folded(minutes(0, 35), 35)["5min"]
    assert steps[0].longer["5min"].volume.tolist() == whole.volume.tolist()[-1:]
    assert steps[0].longer["5min"].trade_count.tolist() == [15]


def official(day: ClosedBars) -> ClosedBars:
    quality = np.full(len(day), QUALITY_OFFICIAL, np.uint8)
    return replace(day, close=day.close + 0.25, high=day.high + 0.5, quality=quality)


def knowing(days: ClosedBars) -> Folding:
    running = folding()
    running.know_official(days)
    return running


def test_the_official_bar_of_a_day_counts_more_than_the_folded_one() -> None:
    bars = minutes(0, 1440)
    stored = folded(bars, 1440)
    stored["daily"] = official(stored["daily"])
    running = knowing(stored["daily"])
    restored = restore(running, bars, MONDAY + DAY, stored)
    assert (restored.fresh, restored.changed) == ({}, {})
    late = minutes(700, 701, 9.0, revision=1)
    steps = running.advance(late, MONDAY + DAY)
    assert [sorted(step.longer) for step in steps] == [["15min", "1hour", "5min"]]


@pytest.mark.parametrize("quality", [QUALITY_LIVE, QUALITY_BACKFILLED])
def test_a_folded_day_is_revised_whatever_its_minutes_came_by(quality: int) -> None:
    bars = minutes(0, 1440)
    stored = folded(bars, 1440)
    stored["daily"].close[:] += 0.25
    stored["daily"].quality[:] = quality
    restored = restore(folding(), bars, MONDAY + DAY, stored)
    assert {name: bars.revision.tolist() for name, bars in restored.changed.items()} == {
        "daily": [1]
    }


def test_a_week_holds_the_official_bars_of_its_days() -> None:
    week = minutes(0, WEEK_DAYS * 1440)
    day = official(folded(week, 1440)["daily"].take(np.arange(1)))
    running = knowing(day)
    restored = restore(running, week, MONDAY + WEEK_DAYS * DAY, {"daily": day})
    assert restored.fresh["daily"].start_ms.tolist() == [
        MONDAY + n * DAY for n in range(1, WEEK_DAYS)
    ]
    assert restored.fresh["weekly"].high.tolist() == [10.5]
    assert restored.fresh["weekly"].quality.tolist() == [QUALITY_BACKFILLED]


def test_a_week_holds_an_official_day_of_which_there_are_no_minutes() -> None:
    whole = minutes(0, WEEK_DAYS * 1440)
    day = official(folded(whole, 1440)["daily"].take(np.arange(1)))
    rest = whole.take(whole.start_ms >= MONDAY + DAY)
    restored = restore(knowing(day), rest, MONDAY + WEEK_DAYS * DAY, {"daily": day})
    assert restored.fresh["weekly"].high.tolist() == [10.5]
    assert restored.fresh["weekly"].volume.tolist() == [WEEK_DAYS * 1440 * 7.0]
