"""Two threads say of a close what one says."""

import numpy as np

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.table import EngineUpdate
from pl.signals.universe import Universe
from tests.pl.signals.synthetic import day_open, random_bars

SYMBOLS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")


def updates(bars: ClosedBars, least_shared: int) -> list[EngineUpdate]:
    engine = SignalEngine(SYMBOLS, "1min", "intraday", day_open, least_shared=least_shared)
    starts = np.unique(bars.start_ms)
    return [engine.update(bars.take(bars.start_ms == start)) for start in starts]


def assert_same(one: list[EngineUpdate], other: list[EngineUpdate]) -> None:
    for first, second in zip(one, other, strict=True):
        assert first.signals == second.signals
        assert first.refused == second.refused
        for update in (first, second):
            Universe().compare(update.indicators)
        for name in ("row", "start_ms", "values", "patterns", "candles"):
            mine, others = getattr(first.indicators, name), getattr(second.indicators, name)
            assert mine.tobytes() == others.tobytes(), name


def test_a_shared_close_says_the_same_in_the_same_order() -> None:
    bars = random_bars(400, seed=3, rows=range(7), missing=0.05)
    whole = updates(bars, 1_000)
    assert sum(len(update.entries) for update in whole) > 500
    assert_same(updates(bars, 2), whole)


def test_what_needs_more_than_appending_is_taken_in_its_turn() -> None:
    bars = random_bars(300, seed=4, rows=range(7))
    unsound = np.arange(len(bars)) % 211 == 7
    bars.close[unsound] = np.nan
    whole = updates(bars, 1_000)
    assert sum(update.refused.get("unsound", 0) for update in whole) == unsound.sum()
    assert_same(updates(bars, 2), whole)


def test_a_market_of_repeated_bars_is_refused_alike() -> None:
    bars = random_bars(120, seed=5, rows=range(7))
    late = bars.take(bars.start_ms == np.unique(bars.start_ms)[60])
    late.volume[:] *= 3.0
    late.revision[:] = 1
    found = []
    for least in (2, 1_000):
        engine = SignalEngine(SYMBOLS, "1min", "intraday", day_open, least_shared=least)
        found.append([engine.update(part) for part in (bars, late, late)])
    assert_same(*found)
