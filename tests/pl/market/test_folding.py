"""Longer bars are a function of their minutes, and close by the market's clock."""

import itertools
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.batches import QUALITY_LIVE, QUALITY_PARTIAL, ClosedBars
from pl.market.coarser import bar_starts, coarser
from pl.market.columns import merged
from pl.market.folding import Folding
from pl.market.sessions import AlwaysOpenSessions, ExchangeSessions, Session, xnys_sessions
from pl.market.timeframes import (
    FOLDED,
    TIMEFRAMES,
    bars_between_anchors,
    end_of,
    ends_of,
)
from tests.pl.market.folding_twin import Facts, Key, minutes_of, plain_fold
from tests.pl.signals.laws.markets import closed_bars, minute_frame

MINUTE = 60_000
FACTS = ("open", "high", "low", "close", "volume", "vwap", "trade_count", "quality")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def session(day: str, minutes: int) -> Session:
    open_ms = at(f"{day}T14:30")
    return Session(date.fromisoformat(day), open_ms, open_ms + minutes * MINUTE)


SHORT = ExchangeSessions(
    [
        session("2026-11-03", 17),
        session("2026-11-18", 63),
        session("2026-11-19", 12),  # half a day
        session("2026-11-20", 17),
        session("2026-11-23", 17),
        session("2026-11-24", 17),
        session("2026-12-01", 17),
        session("2026-12-09", 17),
    ]
)
DAYS = SHORT.sessions[1:]
SECOND_DAY = DAYS[1]
MINUTES = [t for s in DAYS[:5] for t in range(s.open_ms, s.close_ms, MINUTE)]


def minutes(*rows: tuple[int, int, float], revision: int = 0, quality: int = 0) -> ClosedBars:
    """Bars of (start_ms, row, price)."""
    start, row, price = zip(*sorted(rows), strict=True) if rows else ((), (), ())
    flat = np.array(price, np.float64)
    n = len(rows)
    return ClosedBars(
        np.array(row, np.int32),
        np.array(start, np.int64),
        flat,
        flat + 0.5,
        flat - 0.25,
        flat + 0.125,
        np.round(flat * 7.0),
        flat + 0.1,
        np.full(n, 3, np.int32),
        np.full(n, revision, np.int32),
        np.full(n, quality, np.uint8),
    )


def said(folding: Folding, bars: ClosedBars, through_ms: int) -> list[tuple[str, ClosedBars]]:
    steps = folding.advance(bars, through_ms)
    return [pair for step in steps for pair in step.longer.items()]


def as_told(told: list[tuple[str, ClosedBars]]) -> list[tuple[Key, int, Facts]]:
    """Every bar in order, as ((timeframe, start, row), revision, facts)."""
    return [
        (
            (name, int(bars.start_ms[i]), int(bars.row[i])),
            int(bars.revision[i]),
            tuple(getattr(bars, fact)[i].item() for fact in FACTS),
        )
        for name, bars in told
        for i in range(len(bars))
    ]


def final(told: list[tuple[str, ClosedBars]]) -> dict[Key, Facts]:
    return {key: facts for key, _, facts in as_told(told)}


def test_a_bar_closes_when_the_market_passes_its_end_though_its_symbol_is_quiet() -> None:
    open_ms = DAYS[0].open_ms
    folding = Folding(SHORT, 2)
    told = said(folding, minutes((open_ms, 0, 10.0), (open_ms, 1, 20.0)), open_ms + MINUTE)
    for n in range(1, 4):
        told += said(folding, minutes((open_ms + n * MINUTE, 1, 20.0)), open_ms + (n + 1) * MINUTE)
    assert told == []
    (bars,) = as_told(said(folding, ClosedBars.empty(), open_ms + 5 * MINUTE))[:1]
    assert bars[:2] == (("5min", open_ms, 0), 0)
    assert bars[2][:5] == (10.0, 10.5, 9.75, 10.125, 70.0)


def test_bars_of_one_end_close_from_the_shortest_to_the_longest() -> None:
    last = DAYS[4]
    folding = Folding(SHORT, 1)
    told = said(folding, minutes((last.open_ms, 0, 10.0)), last.close_ms)
    assert [name for name, _ in told] == ["5min", "15min", "1hour", "daily", "weekly"]
    told = said(folding, minutes((last.close_ms - MINUTE, 0, 9.0), revision=1), last.close_ms)
    assert [(name, bars.revision.tolist()) for name, bars in told] == [
        ("5min", [1]),
        ("15min", [1]),
        ("1hour", [1]),
        ("daily", [1]),
        ("weekly", [1]),
    ]


def test_a_short_session_ends_its_last_bars_early() -> None:
    ends = {name: end_of(SHORT, name, SECOND_DAY.open_ms) for name in ("5min", "15min", "1hour")}
    minutes_in = {name: (end - SECOND_DAY.open_ms) // MINUTE for name, end in ends.items()}
    assert minutes_in == {"5min": 5, "15min": 12, "1hour": 12}
    last = SECOND_DAY.open_ms + 10 * MINUTE
    assert end_of(SHORT, "5min", last) == SECOND_DAY.close_ms
    assert bar_starts(np.array([last + MINUTE]), "5min", SHORT).tolist() == [last]
    days = np.array([SHORT.day_start_ms(SECOND_DAY.session_date)] * 2)
    assert ends_of(SHORT, "daily", days).tolist() == [SECOND_DAY.close_ms] * 2


def test_a_late_minute_revises_and_a_repeated_one_does_not() -> None:
    open_ms = DAYS[0].open_ms
    folding = Folding(SHORT, 1)
    said(folding, minutes((open_ms, 0, 10.0)), open_ms + 5 * MINUTE)
    late = minutes((open_ms + MINUTE, 0, 12.0))
    assert [r for _, r, _ in as_told(said(folding, late, 0))] == [1]
    assert said(folding, late, 0) == []
    again = minutes((open_ms, 0, 11.0), (open_ms + MINUTE, 0, 13.0), revision=1)
    ((_, revision, facts),) = as_told(said(folding, again, 0))
    assert (revision, facts[0], facts[3]) == (3, 11.0, 13.125)
    assert said(folding, minutes((open_ms, 0, 10.0)), 0) == []


def test_one_partial_minute_makes_the_longer_bar_partial_until_it_is_whole() -> None:
    open_ms = DAYS[0].open_ms
    folding = Folding(SHORT, 1)
    said(folding, minutes((open_ms, 0, 10.0), quality=QUALITY_PARTIAL), 0)
    told = said(folding, minutes((open_ms + MINUTE, 0, 10.0)), open_ms + 5 * MINUTE)
    assert [bars.quality.tolist() for _, bars in told] == [[QUALITY_PARTIAL]]
    told = said(folding, minutes((open_ms, 0, 10.0)), 0)
    assert [(bars.quality.tolist(), bars.revision.tolist()) for _, bars in told] == [
        ([QUALITY_LIVE], [0])
    ]


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume", "vwap"])
def test_no_number_of_a_minute_poisons_the_bars_that_hold_it(column: str, poison: float) -> None:
    """A minute without a sound price or volume is none; without a vwap its typical price counts."""
    open_ms, close_ms = DAYS[0].open_ms, DAYS[0].close_ms
    hold = [(open_ms, 0, 10.0), (open_ms + MINUTE, 0, 11.0)]
    folding, clean = Folding(SHORT, 1), Folding(SHORT, 1)
    poisoned = minutes(*hold)
    getattr(poisoned, column)[1] = poison
    told = as_told(said(folding, poisoned, close_ms))
    sound = minutes(*(hold if column == "vwap" else hold[:1]))
    if column == "vwap":
        sound.vwap[1] = (sound.high[1] + sound.low[1] + sound.close[1]) / 3
    expected = as_told(said(clean, sound, close_ms))
    assert {name for (name, *_), *_ in told} >= {"5min", "15min", "1hour", "daily"}
    assert told == expected


def test_a_minute_that_cannot_be_computed_with_is_left_out() -> None:
    open_ms = DAYS[0].open_ms
    folding = Folding(SHORT, 1)
    bars = minutes((open_ms, 0, 10.0), (open_ms + MINUTE, 0, 99.0), (open_ms + MINUTE, 0, 98.0))
    bars.high[1:] = [np.nan, 1.0]
    ((_, _, facts),) = as_told(said(folding, bars, open_ms + 5 * MINUTE))
    assert facts[:4] == (10.0, 10.5, 9.75, 10.125)


def test_sessions_of_which_only_a_part_is_known_are_not_folded() -> None:
    first, second = DAYS[:2]
    folding = Folding(SHORT, 1, from_ms=second.open_ms)
    assert said(folding, minutes((first.open_ms, 0, 10.0)), first.close_ms) == []
    assert folding.too_old == 1


def test_a_week_has_the_days_known_from_history() -> None:
    monday, tuesday = DAYS[3:5]
    day = minutes((SHORT.day_start_ms(monday.session_date), 0, 50.0))
    folding = Folding(SHORT, 1, from_ms=tuesday.open_ms)
    folding.know_days(day)
    told = dict(said(folding, minutes((tuesday.open_ms, 0, 10.0)), tuesday.close_ms))
    assert told["weekly"].open.tolist() == [50.0]
    assert told["weekly"].start_ms.tolist() == [SHORT.day_start_ms(date(2026, 11, 23))]


def test_revisions_go_on_from_what_is_stored() -> None:
    first = DAYS[0]
    folding = Folding(SHORT, 1)
    told = said(folding, minutes((first.open_ms, 0, 10.0)), first.open_ms + 5 * MINUTE)
    stored = told[0][1]
    stored.revision[:] = 4
    folding.know_revisions("5min", stored)
    told = said(folding, minutes((first.open_ms, 0, 11.0), revision=1), 0)
    assert told[0][1].revision.tolist() == [5]


Arrivals = list[tuple[int, ClosedBars]]


def arrivals(seed: int, first: int, late_share: float) -> Arrivals:
    """Closes of a market: (through, bars), with gaps, late minutes and revisions."""
    rng = np.random.default_rng(seed)
    revisions: dict[tuple[int, int], int] = {}
    closes: Arrivals = []
    for n in range(first, len(MINUTES)):
        parts = []
        for row in range(2):
            if rng.random() < 0.7:
                parts.append(_arriving(revisions, MINUTES[n], row, rng))
            if rng.random() < late_share:
                late = MINUTES[rng.integers(max(first, n - 12), n + 1)]
                parts.append(_arriving(revisions, late, row, rng))
        closes.append((MINUTES[n] + MINUTE, merged(parts)))
    return closes


def _arriving(
    revisions: dict[tuple[int, int], int], start_ms: int, row: int, rng: np.random.Generator
) -> ClosedBars:
    revision = revisions[start_ms, row] = revisions.get((start_ms, row), -1) + 1
    bar = (start_ms, row, float(rng.integers(50, 60)))
    return minutes(bar, revision=revision, quality=int(rng.integers(0, 3)))


def batched(closes: Arrivals, cuts: list[int]) -> Arrivals:
    edges = sorted({0, *(cut % len(closes) for cut in cuts), len(closes)})
    return [
        (closes[end - 1][0], merged([bars for _, bars in closes[begin:end]]))
        for begin, end in itertools.pairwise(edges)
    ]


def run(closes: Arrivals) -> list[tuple[str, ClosedBars]]:
    folding = Folding(SHORT, 2, from_ms=DAYS[0].open_ms)
    folding.through_ms = DAYS[0].open_ms
    return [pair for through_ms, bars in closes for pair in said(folding, bars, through_ms)]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 40),
    st.sampled_from([0.0, 0.0, 0.05, 0.4]),
    st.lists(st.integers(0, 1000), max_size=12),
)
def test_any_batching_and_any_late_minute_give_the_bars_of_the_final_minutes(
    seed, first, late_share, cuts
) -> None:
    closes = arrivals(seed, first, late_share)
    last: dict[tuple[int, int], ClosedBars] = {}
    for _, bars in closes:
        for i in range(len(bars)):
            last[int(bars.start_ms[i]), int(bars.row[i])] = bars.take(np.array([i]))
    witness = plain_fold(minutes_of(merged(list(last.values()))), SHORT, closes[-1][0])
    told = run(closes)
    assert final(told) == witness
    assert final(run(batched(closes, cuts))) == witness
    if all(bars.revision.max(initial=0) == 0 and _in_order(bars) for _, bars in closes):
        assert as_told(run(batched(closes, cuts))) == as_told(told)
    revisions: dict[Key, int] = {}
    for key, revision, _ in as_told(told):
        assert revision >= revisions.get(key, 0)
        revisions[key] = revision


def _in_order(bars: ClosedBars) -> bool:
    return len(np.unique(bars.start_ms)) <= 1


@pytest.fixture(scope="module")
def recorded(test_data: Path) -> tuple[ClosedBars, ExchangeSessions]:
    """The regular minutes of ten stocks, and their calendar."""
    frame = minute_frame(test_data)
    sessions = xnys_sessions(date(2013, 1, 1), date(2016, 12, 31))
    frame = frame[sessions.regular(frame["start"].to_numpy())]
    return closed_bars(frame, sorted(frame["symbol"].unique())), sessions


@pytest.fixture(scope="module")
def at_once(recorded) -> list[tuple[str, ClosedBars]]:
    """What all recorded minutes fold into, taken in one batch."""
    bars, sessions = recorded
    return said(Folding(sessions, 10), bars, int(bars.start_ms[-1]) + 8 * 86_400_000)


@pytest.mark.real_data
def test_recorded_minutes_make_the_bars_of_the_plain_twin(recorded, at_once) -> None:
    bars, sessions = recorded
    through_ms = int(bars.start_ms[-1]) + 8 * 86_400_000
    witness = plain_fold(minutes_of(bars), sessions, through_ms)
    assert {name for name, _, _ in witness} == set(FOLDED)
    told = at_once
    assert final(told) == witness
    assert len(as_told(told)) == len(witness)
    closes = np.unique(bars.start_ms)
    folding, one_by_one = Folding(sessions, 10), []
    for start_ms in closes.tolist():
        one_by_one += said(folding, bars.take(bars.start_ms == start_ms), start_ms + MINUTE)
    one_by_one += said(folding, ClosedBars.empty(), through_ms)
    assert as_told(one_by_one) == as_told(told)


@pytest.mark.real_data
def test_the_bars_of_christmas_eve_end_at_one(recorded) -> None:
    bars, sessions = recorded
    eve = bars.take(bars.start_ms // 86_400_000 == at("2015-12-24T00:00") // 86_400_000)
    close_ms = at("2015-12-24T18:00")
    told = dict(said(Folding(sessions, 10), eve, close_ms))
    assert told["1hour"].start_ms.tolist() == [at("2015-12-24T17:30")]
    assert told["daily"].start_ms.tolist() == [at("2015-12-24T05:00")]
    assert told["daily"].volume.sum() == eve.volume.sum()
    assert "weekly" in told


@pytest.mark.real_data
@pytest.mark.parametrize("timeframe", FOLDED)
def test_history_folds_into_the_same_bars(recorded, at_once, timeframe) -> None:
    bars, sessions = recorded
    told = final(at_once)
    source = bars if timeframe != "weekly" else coarser(bars, "daily", sessions)
    found = final([(timeframe, coarser(source, timeframe, sessions))])
    assert found == {key: facts for key, facts in told.items() if key[0] == timeframe}


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_no_stretch_between_two_anchors_has_more_bars_than_there_is_room_for(timeframe) -> None:
    sessions = xnys_sessions(date(2024, 1, 1), date(2027, 12, 31))
    inside = [s for s in sessions.sessions if s.session_date.year in {2025, 2026}]
    minutes_of_both = [np.arange(one.open_ms, one.close_ms, MINUTE) for one in inside]
    starts = np.concatenate(minutes_of_both)
    if timeframe != "1min":
        starts = np.unique(bar_starts(starts, timeframe, sessions))
    anchors: dict[int, int] = {}
    for start_ms in starts.tolist():
        anchor = sessions.anchor_ms(timeframe, start_ms)
        anchors[anchor] = anchors.get(anchor, 0) + 1
    assert max(anchors.values()) <= bars_between_anchors(sessions, timeframe)


def test_no_bars_fold_into_none() -> None:
    assert len(coarser(ClosedBars.empty(), "weekly", AlwaysOpenSessions())) == 0
