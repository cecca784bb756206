"""Bars are written once, revised upwards only, and read back as they were."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable, join
from pl.store.bars import BarStore, bars_table
from pl.store.candlesticks import CandlestickQueries
from pl.store.connection import Database
from pl.store.history import BarHistory
from pl.store.indicators import IndicatorStore
from pl.store.partitions import drop_expired_partitions
from pl.store.queries import SignalQueries
from tests.pl.store.samples import MINUTE_MS, NOON_S, all_regular, closed_bars

pytestmark = pytest.mark.integration

NOON_MS = int(NOON_S * 1000)
SYMBOLS = ("A", "BRK.B", "GOOGL")
MONTH_END_MS = int(datetime(2026, 11, 30, 23, 59, tzinfo=UTC).timestamp() * 1000)


def same(left: ClosedBars, right: ClosedBars) -> bool:
    names = [field.name for field in dataclasses.fields(ClosedBars)]
    return all(np.array_equal(getattr(left, n), getattr(right, n)) for n in names)


def stored(store: Database, start_ms: int = NOON_MS) -> ClosedBars:
    return BarHistory(store).bars_between(SYMBOLS, start_ms, start_ms + MINUTE_MS)


def test_bars_come_back_to_the_bit(store: Database) -> None:
    bars = closed_bars(n_symbols=3, start_ms=NOON_MS, close=0.1 + 0.2)
    BarStore(store).write_bars(bars, SYMBOLS)
    assert same(stored(store), bars)


def test_writing_again_changes_nothing(store: Database) -> None:
    bars = closed_bars(n_symbols=3, start_ms=NOON_MS)
    for _ in range(3):
        BarStore(store).write_bars(bars, SYMBOLS)
    assert same(stored(store), bars)


def test_only_a_higher_revision_replaces(store: Database) -> None:
    bars = BarStore(store)
    bars.write_bars(closed_bars(n_symbols=3, start_ms=NOON_MS), SYMBOLS)
    revised = closed_bars(n_symbols=3, start_ms=NOON_MS, close=20.0, revision=2)
    bars.write_bars(revised, SYMBOLS)
    bars.write_bars(closed_bars(n_symbols=3, start_ms=NOON_MS, close=30.0, revision=1), SYMBOLS)
    bars.write_bars(closed_bars(n_symbols=3, start_ms=NOON_MS, close=40.0), SYMBOLS)
    assert same(stored(store), revised)


def test_a_revision_beside_first_bars_is_one_write(store: Database) -> None:
    bars = BarStore(store)
    bars.write_bars(closed_bars(n_symbols=1, start_ms=NOON_MS), SYMBOLS)
    mixed = closed_bars(n_symbols=3, start_ms=NOON_MS, close=50.0)
    mixed.revision[0] = 1
    bars.write_bars(mixed, SYMBOLS)
    assert same(stored(store), mixed)


def test_history_replaces_what_differs_under_the_next_revision(store: Database) -> None:
    bars = BarStore(store)
    live = closed_bars(n_symbols=3, start_ms=NOON_MS, revision=4)
    bars.write_bars(live, SYMBOLS)
    bars.replace_bars(closed_bars(n_symbols=3, start_ms=NOON_MS), SYMBOLS)
    assert same(stored(store), live), "equal values are no revision"
    bars.replace_bars(closed_bars(n_symbols=3, start_ms=NOON_MS, close=11.0), SYMBOLS)
    assert stored(store).revision.tolist() == [5, 5, 5]
    assert stored(store).close.tolist() == [11.0, 12.0, 13.0]


def test_a_missing_vwap_is_kept_as_nan(store: Database) -> None:
    bars = closed_bars(n_symbols=1, start_ms=NOON_MS)
    bars.vwap[0] = np.nan
    BarStore(store).write_bars(bars, SYMBOLS)
    BarStore(store).replace_bars(bars, SYMBOLS)
    assert np.isnan(stored(store).vwap[0])
    assert stored(store).revision.tolist() == [0]


def test_the_last_bars_of_each_symbol_come_oldest_first(store: Database) -> None:
    for minute in range(5):
        start = NOON_MS + minute * MINUTE_MS
        BarStore(store).write_bars(closed_bars(n_symbols=2, start_ms=start, close=minute), SYMBOLS)
    history = BarHistory(store)
    found = history.last_bars(("GOOGL", "BRK.B", "A"), 3, NOON_MS + 4 * MINUTE_MS)
    assert {symbol: bars.close.tolist() for symbol, bars in found.items()} == {
        "GOOGL": [],
        "BRK.B": [2.0, 3.0, 4.0],
        "A": [1.0, 2.0, 3.0],
    }
    assert found["BRK.B"].row.tolist() == [1, 1, 1]
    assert history.bars_through(("A", "GOOGL")).tolist() == [NOON_MS + 4 * MINUTE_MS, -1]


def test_bars_across_a_months_end_find_their_partitions(store: Database, asked: Any) -> None:
    first = closed_bars(n_symbols=1, start_ms=MONTH_END_MS)
    second = closed_bars(n_symbols=1, start_ms=MONTH_END_MS + MINUTE_MS)
    both = ClosedBars(
        *(
            np.concatenate([getattr(first, field.name), getattr(second, field.name)])
            for field in dataclasses.fields(ClosedBars)
        )
    )
    BarStore(store).write_bars(both, SYMBOLS)
    assert asked('SELECT tableoid::regclass::text FROM ohlcv_1min ORDER BY "timestamp"') == [
        ("ohlcv_1min_2026_11",),
        ("ohlcv_1min_2026_12",),
    ]


def test_writers_that_need_the_same_partition_do_not_collide(database: Any) -> None:
    def write(row: int) -> None:
        bars = closed_bars(n_symbols=3, start_ms=NOON_MS).take(np.array([row]))
        with closing(Database(database.url, application="test")) as own:
            BarStore(own).write_bars(bars, SYMBOLS)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    with closing(Database(database.url, application="test")) as own:
        assert stored(own).row.tolist() == [0, 1, 2]


def test_every_timeframe_has_its_table(store: Database) -> None:
    bars = closed_bars(n_symbols=3, start_ms=NOON_MS)
    for timeframe in ("5min", "15min", "1hour", "daily", "weekly"):
        BarStore(store).write_bars(bars, SYMBOLS, timeframe)
        found = BarHistory(store).bars_between(SYMBOLS, NOON_MS, NOON_MS + 1, timeframe)
        assert same(found, bars)
    with pytest.raises(ValueError, match="timeframe"):
        bars_table("ohlcv; DROP TABLE symbols")


def test_no_bars_are_no_write(store: Database) -> None:
    BarStore(store).write_bars(ClosedBars.empty(), SYMBOLS)
    BarStore(store).replace_bars(ClosedBars.empty(), SYMBOLS)
    assert len(stored(store)) == 0


def test_retention_drops_whole_partitions_and_they_can_come_back(
    store: Database, asked: Any
) -> None:
    old = closed_bars(n_symbols=1, start_ms=NOON_MS - 800 * 86_400_000)
    recent = closed_bars(n_symbols=1, start_ms=NOON_MS)
    for bars in (old, recent):
        BarStore(store).write_bars(bars, SYMBOLS)
    assert drop_expired_partitions(store, NOON_S) == ["ohlcv_1min_2024_09"]
    assert asked("SELECT count(*) FROM ohlcv_1min") == [(1,)]
    BarStore(store).write_bars(old, SYMBOLS)
    assert asked("SELECT count(*) FROM ohlcv_1min") == [(2,)]


DOJI, CROWS = CANDLE_NAMES.index("Doji"), CANDLE_NAMES.index("Two_Crows")


def indicator_row(start_ms: int, value: float) -> IndicatorTable:
    values = np.full((1, len(INDICATOR_NAMES)), value)
    values[0, 0] = np.nan
    return IndicatorTable(
        np.zeros(1, np.int32),
        np.full(1, start_ms),
        values,
        np.full(1, 5, np.int64),
        np.array([[1 << DOJI | 1 << CROWS, 1 << CROWS]], np.int64),
    )


def test_indicators_are_replaced_by_what_was_computed_later(store: Database, asked: Any) -> None:
    indicators = IndicatorStore(store)
    for value in (1.5, 2.5):
        indicators.write_indicators(indicator_row(NOON_MS, value), SYMBOLS)
    indicators.write_indicators(indicator_row(NOON_MS + MINUTE_MS, 3.5), SYMBOLS)
    rows = asked(
        "SELECT indicator, value FROM intraday_indicators"
        ' WHERE symbol = %s AND "timestamp" = to_timestamp(%s)',
        "A",
        NOON_S,
    )
    assert dict(rows) == dict.fromkeys(INDICATOR_NAMES[1:], 2.5), "a warming value has no row"
    page = SignalQueries(store).indicators("A", limit=1)
    assert page.rows[0]["values"] == dict.fromkeys(INDICATOR_NAMES[1:], 3.5)
    rest = SignalQueries(store).indicators("A", limit=1, after=page.next)
    assert (rest.rows[0]["values"]["rsi_14"], rest.next) == (2.5, None)


def test_candlesticks_of_a_bar_are_found_by_name_with_their_side(store: Database) -> None:
    for minute in range(3):
        row = indicator_row(NOON_MS + minute * MINUTE_MS, 1.0)
        IndicatorStore(store).write_indicators(row, SYMBOLS)
    queries = CandlestickQueries(store, all_regular)
    page = queries.candlesticks("A", names=["Two_Crows"], limit=2)
    assert [row["candles"] for row in page.rows] == [{"Doji": False, "Two_Crows": True}] * 2
    rest = queries.candlesticks("A", names=["Two_Crows"], limit=2, after=page.next)
    assert (len(rest.rows), rest.next) == (1, None)
    assert queries.candlesticks("A", names=["Hammer"]).rows == []


def test_minute_indicators_of_the_newest_sessions_are_kept(store: Database, asked: Any) -> None:
    for day in range(9):
        row = indicator_row(NOON_MS + day * 86_400_000, 1.0)
        IndicatorStore(store).write_indicators(row, SYMBOLS)
    assert len(drop_expired_partitions(store, NOON_S)) == 3
    assert asked("SELECT count(*) FROM indicator_rows_intraday") == [(6,)]


@pytest.mark.parametrize("timeframe", ["1min", "daily"])
def test_days_without_indicators_take_no_place_of_a_session(
    store: Database, asked: Any, timeframe: str
) -> None:
    rows = [indicator_row(NOON_MS + day * 86_400_000, 1.0) for day in (0, 1, 4, 5, 6, 7)]
    IndicatorStore(store).write_indicators(join(rows), SYMBOLS, timeframe)
    assert drop_expired_partitions(store, NOON_S) == []
    IndicatorStore(store).add_indicators(join(rows), SYMBOLS, timeframe)
    table = "indicator_rows_daily" if timeframe == "daily" else "indicator_rows_intraday"
    assert asked(f"SELECT count(*) FROM {table}") == [(6,)]


def test_a_symbol_that_was_last_traded_years_ago_holds_nobody_up(
    store: Database, asked: Any
) -> None:
    rows = [indicator_row(NOON_MS - 5 * 365 * 86_400_000, 1.0), indicator_row(NOON_MS, 1.0)]
    IndicatorStore(store).add_indicators(join(rows), SYMBOLS, "1hour")
    partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = %s::regclass"
    assert asked(partitions, "indicator_rows_intraday") == [(2,)]
