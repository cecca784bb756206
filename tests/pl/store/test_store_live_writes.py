"""What the live loop relies on when it writes the same bar or month again."""

from typing import Any

import numpy as np
import pytest

from pl.market.batches import (
    QUALITY_BACKFILLED,
    QUALITY_LIVE,
    QUALITY_OFFICIAL,
    QUALITY_PARTIAL,
    ClosedBars,
)
from pl.store.bars import BarStore
from pl.store.connection import Database
from pl.store.events import Progress
from pl.store.patterns import PatternStore
from tests.pl.store.samples import MINUTE_MS, NOON_S, PRODUCER, closed_bars, detection

pytestmark = pytest.mark.integration

NOON_MS = int(NOON_S * 1000)


def bar(quality: int, *, close: float = 10.0, revision: int = 0) -> ClosedBars:
    bars = closed_bars(n_symbols=1, start_ms=NOON_MS, close=close, revision=revision)
    return ClosedBars(
        *(getattr(bars, name) for name in ClosedBars.__dataclass_fields__ if name != "quality"),
        quality=np.array([quality], np.uint8),
    )


@pytest.mark.parametrize(
    ("stored", "fetched", "found"),
    [
        (bar(QUALITY_PARTIAL), bar(QUALITY_BACKFILLED), (10.0, 0, QUALITY_BACKFILLED)),
        (bar(QUALITY_LIVE), bar(QUALITY_BACKFILLED), (10.0, 0, QUALITY_LIVE)),
        (bar(QUALITY_PARTIAL), bar(QUALITY_BACKFILLED, close=9.0), (9.0, 1, QUALITY_BACKFILLED)),
        (bar(QUALITY_LIVE, revision=2), bar(QUALITY_BACKFILLED, close=9.0), (9.0, 3, 1)),
    ],
)
def test_fetched_bars_complete_or_correct_what_is_stored(
    store: Database, asked: Any, stored: ClosedBars, fetched: ClosedBars, found: Any
) -> None:
    bars = BarStore(store)
    bars.write_bars(stored, ("A",))
    bars.replace_bars(fetched, ("A",))
    assert asked("SELECT close, revision, quality FROM ohlcv_1min") == [found]


@pytest.mark.parametrize(
    ("fetched", "found"),
    [
        (bar(QUALITY_OFFICIAL), (10.0, 2, QUALITY_OFFICIAL)),
        (bar(QUALITY_OFFICIAL, close=9.0), (9.0, 3, QUALITY_OFFICIAL)),
    ],
)
def test_an_official_day_takes_the_place_of_a_folded_one(
    store: Database, asked: Any, fetched: ClosedBars, found: Any
) -> None:
    bars = BarStore(store)
    bars.write_bars(bar(QUALITY_BACKFILLED, revision=2), ("A",), "daily")
    bars.replace_bars(fetched, ("A",), "daily")
    assert asked("SELECT close, revision, quality FROM ohlcv_daily") == [found]


def test_no_folded_day_takes_the_place_of_an_official_one(store: Database, asked: Any) -> None:
    bars = BarStore(store)
    bars.write_bars(bar(QUALITY_OFFICIAL), ("A",), "daily")
    bars.write_bars(bar(QUALITY_LIVE, close=9.0, revision=1), ("A",), "daily")
    bars.replace_bars(bar(QUALITY_BACKFILLED, close=9.0, revision=2), ("A",), "daily")
    assert asked("SELECT close, revision, quality FROM ohlcv_daily") == [(10.0, 0, 3)]
    bars.replace_bars(bar(QUALITY_OFFICIAL, close=9.5), ("A",), "daily")
    assert asked("SELECT close, revision, quality FROM ohlcv_daily") == [(9.5, 1, 3)]


def test_a_bar_that_came_into_doubt_is_stored_as_partial(store: Database, asked: Any) -> None:
    bars = BarStore(store)
    bars.write_bars(bar(QUALITY_LIVE), ("A",))
    bars.write_bars(bar(QUALITY_PARTIAL), ("A",))
    assert asked("SELECT quality FROM ohlcv_1min") == [(QUALITY_PARTIAL,)]


def test_other_values_under_a_used_revision_change_nothing(store: Database, asked: Any) -> None:
    bars = BarStore(store)
    bars.write_bars(bar(QUALITY_LIVE), ("A",))
    bars.write_bars(bar(QUALITY_PARTIAL, close=9.0), ("A",))
    assert asked("SELECT close, quality FROM ohlcv_1min") == [(10.0, QUALITY_LIVE)]


def test_events_of_a_month_that_retention_dropped_are_stored_all_the_same(
    store: Database, asked: Any
) -> None:
    patterns = PatternStore(store)
    progress = Progress(PRODUCER, "signals", NOON_MS)
    assert len(patterns.commit_events([detection(1)], progress, NOON_S)) == 1
    for (table,) in asked("SELECT inhrelid::regclass::text FROM pg_inherits"):
        if table.startswith(("pattern_events_", "integration_events_")) and "idx" not in table:
            store.run(lambda cursor, table=table: cursor.execute(f"DROP TABLE IF EXISTS {table}"))
    assert len(patterns.commit_events([detection(2)], progress, NOON_S)) == 1
    assert asked("SELECT seq FROM pattern_events") == [(2,)]


def test_progress_goes_with_the_events_and_alone(store: Database) -> None:
    patterns = PatternStore(store)
    patterns.commit_events([detection(1)], Progress(PRODUCER, "signals", NOON_MS), NOON_S)
    assert patterns.through_ms(PRODUCER, "signals") == NOON_MS
    later = Progress(PRODUCER, "signals", NOON_MS + MINUTE_MS)
    patterns.commit_events([], later, NOON_S)
    assert patterns.through_ms(PRODUCER, "signals") == NOON_MS + MINUTE_MS
    assert len(patterns.commit_events([detection(2)], None, NOON_S)) == 1
    assert patterns.through_ms(PRODUCER, "signals") == NOON_MS + MINUTE_MS
