"""Closes are stored in order; while PostgreSQL is away they wait on disk, not in memory."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import pytest

from pl.market.batches import QUALITY_BACKFILLED, ClosedBars
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.store.closes import Close, CloseStore, merged
from pl.store.spool import Spool
from pl.store.spooled_closes import SpooledCloses
from pl.streaming.writer import Writer
from tests.pl.streaming.fakes import SYMBOLS, T0, Bars, Database, closed, starts
from tests.pl.streaming.fakes import SpooledCloses as SpoolInMemory
from tests.pl.streaming.process import until

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


class Picky(Bars):
    """Stores that refuse a price, as PostgreSQL does: the whole write fails."""

    dear = 1e9

    def write_bars(self, bars: ClosedBars, symbols: Any, timeframe: str = "1min") -> None:
        if (bars.close > self.dear).any():
            raise psycopg2.DataError("value out of range: overflow\nDETAIL: none")
        super().write_bars(bars, symbols)

    def write_indicators(
        self, table: IndicatorTable, symbols: Any, timeframe: str = "1min", *, are_new: bool = True
    ) -> None:
        if (table.values > self.dear).any():
            raise psycopg2.DataError("value out of range: overflow")
        super().write_indicators(table, symbols)


class Stage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database()
        self.opened = ExitStack()
        self.again()

    def again(self) -> None:
        """What a new process would open; the one before leaves only what is on disk."""
        store: Any = Picky(self.database)
        self.store = CloseStore(store, store)
        spool = self.opened.enter_context(closing(Spool(self.folder)))
        self.spool: Any = SpooledCloses(spool, self.store)
        self.writer = Writer(SYMBOLS, self.store, self.spool)

    def write(self, *closes: Close) -> None:
        for each in closes:
            self.writer.submit(each)
        self.writer.start()
        self.writer.stop(300)

    @property
    def stored(self) -> list[int]:
        return starts(bars for (bars,) in self.database.of("bars"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with (stage := Stage(tmp_path)).opened:
        yield stage


def test_bars_and_indicators_are_stored(stage: Stage) -> None:
    stage.write(close(0), close(1))
    assert stage.stored == [0, 1]
    assert [int(n) for (t,) in stage.database.of("indicators") for n in t.start_ms] == [
        T0,
        T0 + MINUTE,
    ]
    assert stage.writer.waiting == 0


def test_what_waited_is_stored_in_one_write(stage: Stage) -> None:
    stage.write(*(close(minute) for minute in range(50)))
    assert len(stage.database.of("bars")) == 1
    assert stage.stored == list(range(50))


def test_fetched_bars_count_more_than_what_is_stored(stage: Stage) -> None:
    stage.write(close(0, quality=QUALITY_BACKFILLED), close(1))
    assert starts(bars for (bars,) in stage.database.of("replaced")) == [0]
    assert stage.stored == [1]


def test_of_a_bar_that_comes_again_the_last_word_is_stored() -> None:
    first, revised, other = close(0, 10.0), close(0, 11.0, revision=1), close(1, 12.0)
    (together,) = merged([first, other, revised])
    assert together.bars.close.tolist() == [11.0, 12.0]
    assert together.bars.revision.tolist() == [1, 0]
    assert together.indicators.values[:, 0].tolist() == [11.0, 12.0]


def test_symbols_of_one_minute_stay_apart() -> None:
    parts = [
        Close(closed((0, T0, 1.0), (2, T0, 3.0)), table()),
        Close(closed((1, T0, 2.0)), table()),
    ]
    (together,) = merged(parts)
    assert together.bars.row.tolist() == [0, 1, 2]


def test_closes_of_two_timeframes_are_not_merged() -> None:
    minute, hour = close(0), replace(close(0), timeframe="1hour")
    assert [each.timeframe for each in merged([minute, hour, close(1)])] == ["1min", "1hour"]


def test_while_postgresql_is_away_closes_wait_on_disk(stage: Stage) -> None:
    stage.database.away = True
    stage.write(*(close(minute) for minute in range(390)))
    assert (stage.writer.problem, stage.writer.failure) == ("away", "")
    assert (stage.spool.waiting, stage.writer._held) == (390, [])


def test_what_waits_survives_a_kill(stage: Stage) -> None:
    stage.database.away = True
    stage.write(*(close(minute, 10.0 + minute) for minute in range(390)))
    stage.database.away = False
    stage.again()
    stage.spool.drain()
    assert stage.stored == list(range(390))
    assert [bars.close[0] for (bars,) in stage.database.of("bars")] == [
        10.0 + minute for minute in range(390)
    ]
    tables = [one for (one,) in stage.database.of("indicators")]
    assert [one.values[0, 3] for one in tables] == [10.0 + minute for minute in range(390)]


def test_once_postgresql_is_back_everything_is_stored_in_order(stage: Stage) -> None:
    stage.database.away = True
    for minute in range(100):
        stage.writer.submit(close(minute))
    stage.writer.start()
    until(lambda: stage.spool.waiting == 100, "all wait on disk")
    stage.database.away = False
    for minute in range(100, 110):
        stage.writer.submit(close(minute))
    until(lambda: not stage.writer.waiting, "all are stored")
    stage.writer.stop(60)
    assert stage.stored == list(range(110))
    assert stage.writer.problem == ""


def test_a_record_knows_its_symbols_whatever_the_next_start_watches(stage: Stage) -> None:
    bars = closed((1, T0, 2.0), (2, T0, 3.0))
    stage.spool.append(Close(bars, table((2, T0, 7.0))), SYMBOLS)
    written: list[Any] = []
    stage.store.write = lambda one, symbols: written.append((one, symbols))  # type: ignore[method-assign]
    stage.spool.drain()
    ((found, symbols),) = written
    assert [symbols[row] for row in found.bars.row] == ["KO", "SPY"]
    assert [symbols[row] for row in found.indicators.row] == ["SPY"]


def test_a_long_close_is_spooled_in_pieces(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pl.store.spooled_closes.MOST_ROWS", 3)
    rows = [(0, T0 + minute * MINUTE, 1.0) for minute in range(8)]
    stage.spool.append(Close(closed(*rows), table(*rows[:4])), SYMBOLS)
    assert stage.spool.waiting == 3
    stage.spool.drain()
    assert stage.stored == list(range(8))
    assert sum(len(one) for (one,) in stage.database.of("indicators")) == 4


def test_a_refused_row_is_set_aside_and_the_rest_is_stored(stage: Stage) -> None:
    stage.write(*(close(minute, 1e300 if minute == 17 else 10.0) for minute in range(40)))
    assert stage.stored == [minute for minute in range(40) if minute != 17]
    assert stage.store.refused == 2  # the bar and its indicators
    assert " of AAPL at 2026-11-25T10:17" in stage.store.last_refused
    assert (stage.writer.failure, stage.writer.problem) == ("", "")


def test_a_refused_bar_is_named_with_its_values(stage: Stage) -> None:
    stage.write(Close(closed((1, T0, 2e9)), table()))
    assert stage.store.last_refused == (
        "bar of KO at 2026-11-25T10:00:00.000000Z open=2e+09 high=2e+09 low=2e+09"
        " close=2e+09 volume=500 vwap=2e+09 trade_count=5 revision=0: value out of range: overflow"
    )


def test_a_refused_row_on_disk_does_not_hold_up_what_waits_behind(stage: Stage) -> None:
    stage.database.away = True
    stage.write(close(0), close(1, 1e300), close(2))
    stage.database.away = False
    stage.again()
    assert stage.spool.drain() == 3
    assert stage.stored == [0, 2]
    assert stage.store.refused == 2


def test_a_record_that_nobody_can_read_is_set_aside(stage: Stage) -> None:
    stage.spool._spool.append(b"not ours")
    stage.spool.append(close(0), SYMBOLS)
    assert stage.spool.drain() == 2
    assert stage.stored == [0]
    assert stage.store.last_refused.startswith("a spooled record of 8 bytes: ")


def test_what_postgresql_says_of_itself_lets_closes_wait(stage: Stage) -> None:
    class Misused(Bars):
        def write_bars(self, bars: Any, symbols: Any, timeframe: str = "1min") -> None:
            raise psycopg2.ProgrammingError("no such table")

    stage.store._bars = Misused(stage.database)  # type: ignore[assignment]
    stage.write(close(0))
    assert (stage.writer.problem, stage.spool.waiting) == ("no such table", 1)


def test_without_postgresql_and_disk_memory_holds_some_then_the_writer_gives_up(
    stage: Stage,
) -> None:
    spool = SpoolInMemory(stage.database, full=True)
    writer = Writer(SYMBOLS, stage.store, spool, most_held=6)  # type: ignore[arg-type]
    stage.database.away = True
    writer.start()
    for minute in range(3):
        writer.submit(close(minute))
    until(lambda: writer.disk, "the disk is named")
    assert writer.problem == "away; [Errno 28] No space left on device"
    writer.submit(close(3))
    until(lambda: writer.failure, "the writer gives up")
    assert writer.failure == "OSError: [Errno 28] No space left on device"


def test_what_memory_held_is_stored_in_order_when_postgresql_comes_back(stage: Stage) -> None:
    spool = SpoolInMemory(stage.database, full=True)
    writer = Writer(SYMBOLS, stage.store, spool)  # type: ignore[arg-type]
    stage.database.away = True
    writer.submit(close(0))
    writer.start()
    until(lambda: writer.disk, "the disk is named")
    stage.database.away = False
    writer.submit(close(1))
    writer.stop(60)
    assert stage.stored == [0, 1]
    assert writer.database == ""


def test_a_bug_on_the_thread_surfaces(stage: Stage) -> None:
    class Broken(Bars):
        def write_bars(self, bars: Any, symbols: Any, timeframe: str = "1min") -> None:
            raise ZeroDivisionError("ours")

    stage.store._bars = Broken(stage.database)  # type: ignore[assignment]
    stage.write(close(0))
    assert stage.writer.failure == "ZeroDivisionError: ours"
