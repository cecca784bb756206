"""Closes are stored in order, together when they have waited, and again until they are."""

from typing import Any

import numpy as np
import pytest

from pl.market.batches import QUALITY_BACKFILLED
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.streaming.writer import Close, Writer, merged
from tests.pl.streaming.fakes import SYMBOLS, T0, Bars, Database, closed, starts

MINUTE = 60_000


def table(*rows: tuple[int, int, float]) -> IndicatorTable:
    row, start_ms, value = zip(*rows, strict=True) if rows else ((), (), ())
    return IndicatorTable(
        np.array(row, np.int32),
        np.array(start_ms, np.int64),
        np.repeat(np.array(value, np.float64)[:, None], len(INDICATOR_NAMES), axis=1),
        np.zeros(len(rows), np.int64),
        np.zeros((len(rows), 2), np.int64),
    )


def close(minute: int, price: float = 10.0, **changes: Any) -> Close:
    start_ms = T0 + minute * MINUTE
    return Close(closed((0, start_ms, price), **changes), table((0, start_ms, price)))


class Stage:
    def __init__(self) -> None:
        self.database = Database()
        store: Any = Bars(self.database)
        self.writer = Writer(SYMBOLS, store, store)

    def write(self, *closes: Close) -> None:
        for each in closes:
            self.writer.submit(each)
        self.writer.start()
        self.writer.stop(10)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_bars_and_indicators_are_stored(stage: Stage) -> None:
    stage.write(close(0), close(1))
    assert starts(bars for (bars,) in stage.database.of("bars")) == [0, 1]
    assert [int(n) for (t,) in stage.database.of("indicators") for n in t.start_ms] == [
        T0,
        T0 + MINUTE,
    ]
    assert (stage.writer.written, stage.writer.waiting) == (2, 0)


def test_what_waited_is_stored_in_one_write(stage: Stage) -> None:
    stage.write(*(close(minute) for minute in range(50)))
    assert len(stage.database.of("bars")) == 1
    assert starts(bars for (bars,) in stage.database.of("bars")) == list(range(50))


def test_fetched_bars_count_more_than_what_is_stored(stage: Stage) -> None:
    stage.write(close(0, quality=QUALITY_BACKFILLED), close(1))
    assert starts(bars for (bars,) in stage.database.of("replaced")) == [0]
    assert starts(bars for (bars,) in stage.database.of("bars")) == [1]


def test_of_a_bar_that_comes_again_the_last_word_is_stored() -> None:
    first, revised, other = close(0, 10.0), close(0, 11.0, revision=1), close(1, 12.0)
    together = merged([first, other, revised])
    assert together.bars.close.tolist() == [11.0, 12.0]
    assert together.bars.revision.tolist() == [1, 0]
    assert together.indicators.values[:, 0].tolist() == [11.0, 12.0]


def test_symbols_of_one_minute_stay_apart() -> None:
    parts = [
        Close(closed((0, T0, 1.0), (2, T0, 3.0)), table()),
        Close(closed((1, T0, 2.0)), table()),
    ]
    assert merged(parts).bars.row.tolist() == [0, 1, 2]


def test_while_postgresql_is_away_closes_wait(stage: Stage) -> None:
    stage.database.away = True
    stage.write(close(0), close(1))
    assert (stage.writer.waiting, stage.writer.problem) == (2, "away")
    assert stage.writer.failure == ""


def test_after_it_came_back_they_are_stored_in_order(stage: Stage) -> None:
    stage.database.away = True
    stage.write(close(0), close(1))
    stage.database.away = False
    again = Writer(SYMBOLS, stage.writer.bars, stage.writer.indicators)
    again._waiting = stage.writer._waiting
    again.submit(close(2))
    again.start()
    again.stop(10)
    assert starts(bars for (bars,) in stage.database.of("bars")) == [0, 1, 2]
    assert (again.waiting, again.problem) == (0, "")


def test_a_bug_on_the_thread_surfaces(stage: Stage) -> None:
    class Broken(Bars):
        def write_bars(self, bars: Any, symbols: Any) -> None:
            raise ZeroDivisionError("ours")

    stage.writer.bars = Broken(stage.database)  # type: ignore[assignment]
    stage.write(close(0))
    assert stage.writer.failure == "ZeroDivisionError: ours"
