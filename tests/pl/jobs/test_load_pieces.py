"""A load is cut into pieces that hold complete, settled bars only."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.jobs.pieces import DAY_MS, MINUTE_MS, SETTLE_MS, Piece, pieces_of
from pl.jobs.plans import LoadPlan
from pl.jobs.soundness import sound
from pl.market.batches import ClosedBars

NOW = datetime(2026, 11, 20, 21, 0, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
HOUR_MS = 60 * MINUTE_MS
SPANS = {"1min": MINUTE_MS, "1hour": HOUR_MS, "daily": DAY_MS}


def ms(hours: float) -> int:
    return int((NOW - timedelta(hours=hours)).timestamp() * 1000)


def plan(timeframe: str, from_ms: int, to_ms: int = NOW_MS) -> LoadPlan:
    return LoadPlan("j", ("A",), (timeframe,), from_ms, to_ms)


@given(
    st.sampled_from(sorted(SPANS)),
    st.integers(0, 3 * 365 * DAY_MS),
    st.integers(0, 2 * 365 * DAY_MS),
)
def test_pieces_join_without_gap_and_end_before_what_may_change(
    timeframe: str, ago: int, length: int
) -> None:
    from_ms = NOW_MS - ago
    to_ms = min(NOW_MS, from_ms + length)
    pieces = pieces_of(plan(timeframe, from_ms, to_ms), NOW_MS)
    span = SPANS[timeframe]
    for before, after in pairwise(pieces):
        assert before.to_ms == after.from_ms
    for piece in pieces:
        assert from_ms <= piece.from_ms < piece.to_ms < to_ms + span
        assert piece.to_ms - piece.from_ms <= (3_650 if timeframe == "daily" else 30) * DAY_MS
    if pieces and timeframe != "daily":
        grid = pieces[0].grid_ms
        assert pieces[0].from_ms % grid == pieces[-1].to_ms % grid == 0
        assert pieces[-1].fetched_to_ms + SETTLE_MS <= NOW_MS


def test_the_minutes_that_streaming_may_revise_are_left_out() -> None:
    (piece,) = pieces_of(plan("1min", ms(1)), NOW_MS)
    assert NOW_MS - piece.to_ms == SETTLE_MS + 30_000


def test_an_hour_that_is_not_over_is_left_out() -> None:
    (piece,) = pieces_of(plan("1hour", ms(3.5)), NOW_MS)
    ends = [datetime.fromtimestamp(at / 1000, UTC).hour for at in (piece.from_ms, piece.to_ms)]
    assert ends == [18, 20]


def test_an_hour_that_begins_at_half_past_is_fetched_whole() -> None:
    (piece,) = pieces_of(plan("1hour", ms(3.5), ms(2.5)), NOW_MS)
    assert piece.fetched_to_ms - piece.to_ms == HOUR_MS // 2
    assert piece.fetched_to_ms == piece.from_ms + 3 * HOUR_MS // 2


def test_a_day_that_is_not_over_is_left_out() -> None:
    midnight_in_new_york = int(datetime(2026, 11, 20, 5, tzinfo=UTC).timestamp() * 1000)
    (piece,) = pieces_of(plan("daily", ms(72)), NOW_MS)
    assert piece.from_ms <= midnight_in_new_york - DAY_MS < piece.to_ms <= midnight_in_new_york


def test_nothing_complete_is_no_piece() -> None:
    assert pieces_of(plan("1min", ms(0.1)), NOW_MS) == ()
    assert pieces_of(plan("daily", ms(5)), NOW_MS) == ()


def test_every_timeframe_has_its_own_pieces() -> None:
    several = LoadPlan("j", ("A",), ("daily", "1min"), ms(24 * 90), NOW_MS)
    assert [p.timeframe for p in pieces_of(several, NOW_MS)] == ["daily", "1min", "1min", "1min"]


def bars(**columns: float) -> ClosedBars:
    facts = {"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 5.0, "vwap": 10.5}
    values = [np.array([value]) for value in (facts | columns).values() if value is not None]
    start = np.array([int(columns.get("start_ms", 0))])
    return ClosedBars(
        np.zeros(1, np.int32),
        start,
        *values[:6],
        np.ones(1, np.int32),
        np.zeros(1, np.int32),
        np.zeros(1, np.uint8),
    )


@pytest.mark.parametrize(
    ("columns", "possible"),
    [
        ({}, True),
        ({"volume": 0.0}, True),
        ({"start_ms": 1}, False),
        ({"low": -1.0}, False),
        ({"low": 0.0}, False),
        ({"high": 10.5}, False),
        ({"low": 10.5}, False),
        ({"close": float("nan")}, False),
        ({"high": float("inf")}, False),
        ({"volume": -1.0}, False),
        ({"vwap": float("nan")}, False),
    ],
)
def test_only_possible_bars_are_sound(columns: dict[str, float], possible: bool) -> None:
    assert sound(bars(**columns), Piece("1min", 0, MINUTE_MS)).tolist() == [possible]
