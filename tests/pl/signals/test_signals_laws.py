"""The laws of the signal log: no repaint, no trace of batches or restarts, revisions net out."""

from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pl.market.batches import ClosedBars
from tests.pl.signals.laws.arrivals import numbered
from tests.pl.signals.synthetic import (
    changed,
    engine,
    held,
    join,
    lively_bars,
    log_of,
    random_bars,
    restarted,
    span,
    standing,
)

LAWFUL = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)
SEEDS = st.integers(0, 10_000)
GAPS = st.sampled_from([0.0, 0.1])
FRAMES = st.sampled_from(["1min", "1min", "daily"])


@st.composite
def histories(draw: st.DrawFn) -> ClosedBars:
    """Draw bars with gaps, some of which come late, twice, revised or broken."""
    seed = draw(SEEDS)
    first_minute = draw(st.sampled_from([0, 1380, 1400]))
    n_bars = draw(st.sampled_from([90, 90, 260]))
    bars = lively_bars(n_bars, seed=seed)
    bars = bars.take(np.random.default_rng(seed).random(len(bars)) >= draw(GAPS))
    bars = ClosedBars(
        *(
            getattr(bars, name) + (first_minute * 60_000 if name == "start_ms" else 0)
            for name in ClosedBars.__dataclass_fields__
        )
    )
    return disturbed(bars, draw(st.integers(0, 12)), np.random.default_rng(seed))


def disturbed(bars: ClosedBars, n_changes: int, dice: np.random.Generator) -> ClosedBars:
    """Return the bars with changes of earlier bars strewn in, and some bars moved to the back."""
    parts = [span(bars, i, i + 1) for i in range(len(bars))]
    for _ in range(n_changes):
        at = int(dice.integers(100, len(parts)))
        which = int(dice.integers(max(0, at - 60), at))
        kind = dice.random()
        if kind < 0.3:
            late = parts.pop(which)
            parts.insert(at, ClosedBars(*_columns(late, trade_count=late.trade_count + 1)))
            continue
        old = parts[which]
        factor = float(np.round(dice.uniform(0.2, 8.0), 1))
        fresh = changed(old, 0, volume=float(old.volume[0]) * factor)
        if kind < 0.6:
            fresh = changed(old, 0, high=float(old.high[0]) + 0.5, close=float(old.high[0]) + 0.5)
        elif kind < 0.7:
            fresh = changed(old, 0, quality=2)
        parts.insert(at, fresh)
    return numbered(join(parts))


def _columns(bars: ClosedBars, **values: object) -> list[object]:
    names = ClosedBars.__dataclass_fields__
    return [values.get(name, getattr(bars, name)) for name in names]


@LAWFUL
@given(histories(), FRAMES, st.data())
def test_the_log_of_a_history_is_a_prefix_of_the_log_of_any_longer_one(
    bars: ClosedBars, timeframe: str, data: st.DataObject
) -> None:
    whole = log_of(bars, timeframe=timeframe)
    for end in data.draw(st.lists(st.integers(0, len(bars)), max_size=5)):
        part = log_of(span(bars, 0, end), timeframe=timeframe)
        assert repr(part) == repr(whole[: len(part)])


@LAWFUL
@given(histories(), FRAMES, st.lists(st.integers(0, 800), max_size=8))
def test_the_log_does_not_show_how_bars_were_cut_into_batches(
    bars: ClosedBars, timeframe: str, cuts: list[int]
) -> None:
    edges = [min(cut, len(bars)) for cut in cuts]
    assert repr(log_of(bars, edges, timeframe)) == repr(log_of(bars, timeframe=timeframe))


@LAWFUL
@given(histories(), FRAMES, st.lists(st.integers(0, 800), max_size=3))
def test_the_log_does_not_show_where_the_process_was_started_again(
    bars: ClosedBars, timeframe: str, stops: list[int]
) -> None:
    log = []
    edges = [0, *sorted(min(stop, len(bars)) for stop in stops), len(bars)]
    for begin, end in pairwise(edges):
        running = restarted(span(bars, 0, begin), timeframe=timeframe)
        log += running.update(span(bars, begin, end)).signals
    assert repr(log) == repr(log_of(bars, timeframe=timeframe))


@LAWFUL
@given(histories(), FRAMES)
def test_net_signals_of_a_revised_history_equal_those_of_its_final_bars(
    bars: ClosedBars, timeframe: str
) -> None:
    net = standing(log_of(bars, timeframe=timeframe))
    assert net == standing(log_of(held(bars), timeframe=timeframe))


@LAWFUL
@given(histories())
def test_each_entry_of_the_log_has_a_key_of_its_own(bars: ClosedBars) -> None:
    keys = [(entry.flow_id, entry.life, entry.revision) for entry in log_of(bars)]
    assert len(keys) == len(set(keys))


@LAWFUL
@given(histories())
def test_indicator_rows_of_the_running_session_net_out_after_revisions(bars: ClosedBars) -> None:
    streamed, fresh = engine(), engine()
    table = _last_rows(streamed.update(bars).indicators)
    final = _last_rows(fresh.update(held(bars)).indicators)
    last_day = max(start for _, start in final) // 86_400_000
    for key, values in final.items():
        if key[1] // 86_400_000 == last_day:
            assert table[key] == values


def _last_rows(table: object) -> dict[tuple[int, int], bytes]:
    rows, starts = table.row.tolist(), table.start_ms.tolist()  # type: ignore[attr-defined]
    marks = table.patterns.tolist()  # type: ignore[attr-defined]
    return {
        (row, start): values.tobytes() + mark.to_bytes(8, "little")
        for row, start, values, mark in zip(rows, starts, table.values, marks, strict=True)  # type: ignore[attr-defined]
    }


def test_bars_fed_one_by_one_over_two_sessions_make_the_log_of_the_whole() -> None:
    bars = random_bars(1500, seed=3)
    running = engine()
    grown = [
        entry for i in range(len(bars)) for entry in running.update(span(bars, i, i + 1)).signals
    ]
    assert repr(grown) == repr(log_of(bars))
    assert len(grown) > 500
