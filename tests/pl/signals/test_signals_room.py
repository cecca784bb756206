"""An engine takes memory for the bars that it holds, and growing leaves no trace."""

import numpy as np

from pl.market.batches import ClosedBars
from pl.signals.combos.levels import levels_of
from pl.signals.engine import SignalEngine
from pl.signals.lives import empty_lives
from pl.signals.policy import Policy
from pl.signals.table import EngineUpdate
from tests.pl.signals.synthetic import SYMBOLS, changed, day_open, random_bars

PLENTY = 10_000


def market(n_bars: int = 0) -> SignalEngine:
    """Return an engine with room for so many bars in each row from the beginning."""
    engine = SignalEngine(SYMBOLS, "1min", "intraday", day_open)
    engine.make_room(n_bars)
    return engine


def room_of(engine: SignalEngine) -> int:
    return engine.history.start.shape[1]


def minutes(bars: ClosedBars) -> list[ClosedBars]:
    return [bars.take(bars.start_ms == start) for start in np.unique(bars.start_ms).tolist()]


def assert_alike(one: list[EngineUpdate], other: list[EngineUpdate]) -> None:
    for first, second in zip(one, other, strict=True):
        assert first.signals == second.signals
        assert first.refused == second.refused
        assert first.indicators.values.tobytes() == second.indicators.values.tobytes()


def test_history_takes_room_for_little_more_than_its_bars() -> None:
    bars = random_bars(300, seed=1)
    engine = market()
    engine.warm_all({row: bars.take(bars.row == row) for row in range(len(SYMBOLS))})
    assert engine.history.n_bars.tolist() == [300] * len(SYMBOLS)
    assert 300 <= room_of(engine) <= 450
    assert engine.history.columns.shape[0] == room_of(engine)


def test_rows_that_grow_say_what_rows_with_plenty_of_room_say() -> None:
    batches = minutes(random_bars(500, seed=2, missing=0.05))
    growing, roomy = market(), market(PLENTY)
    rooms = set()
    found = []
    for batch in batches:
        rooms.add(room_of(growing))
        found.append(growing.update(batch))
    assert len(rooms) > 2
    assert room_of(roomy) == roomy.history.most_bars
    assert sum(len(update.entries) for update in found) > 100
    assert_alike(found, [roomy.update(batch) for batch in batches])


def test_one_batch_of_more_bars_than_there_is_room_for_is_taken_whole() -> None:
    bars = random_bars(600, seed=3)
    assert_alike([market().update(bars)], [market(PLENTY).update(bars)])


def test_a_late_bar_finds_room_in_a_full_row() -> None:
    bars = random_bars(300, seed=4)
    full, roomy = market(), market(PLENTY)
    starts = np.unique(bars.start_ms)
    left_out = bars.start_ms == starts[50]
    first = bars.take(~left_out & (bars.start_ms <= starts[room_of(full)]))
    late = changed(bars.take(left_out), 0, revision=1)
    found = [[engine.update(first)] for engine in (full, roomy)]
    assert room_of(full) == full.history.n_bars[0]
    for engine, updates in zip((full, roomy), found, strict=True):
        updates.append(engine.update(late))
    assert room_of(full) > full.history.n_bars[0] > full.history.n_bars[1]
    assert_alike(*found)


def test_levels_read_no_memory_beyond_the_bars_that_are_held() -> None:
    bars = random_bars(129, seed=5)
    engine = market()
    engine.update(bars)
    signalling = np.array([0x7FF0000000000001], np.uint64).view(np.float64)
    engine.history.columns[129:] = signalling
    rows = np.arange(len(SYMBOLS))
    with np.errstate(all="raise"):
        found = levels_of(engine.history, rows, engine.history.n_bars)
    assert np.isfinite(found.price).any()
    assert np.isnan(found.price).any()


def test_records_of_open_signals_lie_side_by_side() -> None:
    """What no row has ever had open is memory that is never written to."""
    lives = empty_lives(40, room=8, chart_room=2)
    assert lives.hits.records[0].flags.c_contiguous
    assert lives.hits.records.shape[:2] == (8, 40)
    assert lives.charts.records.shape[:2] == (2, 40)


def test_a_policy_remembers_kinds_side_by_side() -> None:
    standing = Policy(40, "1min", "combo")._standing
    assert standing.bars.shape[-1] == standing.newest.shape[-1] == 40
