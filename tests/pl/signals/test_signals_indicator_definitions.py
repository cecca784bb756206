"""Every indicator is defined, and what its definition states holds on real bars."""

import re
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from talib.abstract import Function

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.indicators import rules
from pl.signals.indicators.catalogue import COLUMNS, SETS
from pl.signals.indicators.definition import Column
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.timeframes import TIMEFRAME_MS
from pl.signals.universe import Universe
from scripts import indicator_page
from tests.pl.signals.pivot_levels import PIVOTS
from tests.pl.signals.synthetic import engine, join, lively_bars, random_bars
from tests.pl.signals.test_signals_candles import daily_bars
from tests.pl.signals.test_signals_indicator_breadth import by_hand, by_talib
from tests.pl.signals.test_signals_indicators import twins

TESTS = Path(__file__).parent
WITNESSES = TESTS.parents[2] / "docs" / "reference" / "witnesses.md"
SYMBOLS = ("AAPL", "MSFT", "ZTS")
Values = dict[str, np.ndarray]

EACH = pytest.mark.parametrize("column", COLUMNS, ids=INDICATOR_NAMES)
BY_TALIB = [column for column in COLUMNS if column.talib]


@pytest.fixture(scope="module")
def days(test_data: Path) -> ClosedBars:
    """Three stocks of the index, five years of days, in 64ths of a dollar: sums are exact."""
    frame = pd.read_parquet(test_data / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    parts = [daily_bars(rows_of(frame, symbol)) for symbol in SYMBOLS]
    n = min(map(len, parts))
    parts = [part.take(np.arange(n)) for part in parts]
    bars = join([replace(part, row=part.row + row) for row, part in enumerate(parts)])
    prices = {p: np.round(getattr(bars, p) * 64.0) / 64.0 for p in ("open", "high", "low", "close")}
    return replace(bars, **prices).take(np.lexsort((bars.row, bars.start_ms)))


def rows_of(frame: pd.DataFrame, symbol: str) -> pd.DataFrame:
    rows = frame[frame["symbol"] == symbol].sort_values("date")
    sound = (rows["low"] <= rows[["open", "close"]].min(axis=1)) & (
        rows["high"] >= rows[["open", "close"]].max(axis=1)
    )
    return rows[sound]


@pytest.fixture(scope="module")
def found(days: ClosedBars) -> list[Values]:
    """Return the columns of each symbol, compared with each other."""
    table = SignalEngine(SYMBOLS, "daily", "daily", lambda _: 0).update(days).indicators
    Universe().compare(table)
    return [
        {name: table.column(name)[table.row == row] for name in INDICATOR_NAMES}
        for row in range(len(SYMBOLS))
    ]


@EACH
def test_a_definition_says_what_it_is_and_what_it_is_held_against(column: Column) -> None:
    assert column.rule
    assert column.unit
    assert column.talib or column.published or column.twin


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.home.rpartition(".")[2])
def test_each_set_is_a_file_with_its_source(one: object) -> None:
    module = __import__(one.home, fromlist=["x"])
    assert module.__name__.startswith(f"{rules.__name__}.")
    assert len((module.__doc__ or "").split()) > 8
    assert one.source
    assert sum(value is one for value in vars(module).values()) == 1


@pytest.mark.real_data
@EACH
def test_the_first_value_is_that_of_the_stated_bar(column: Column, found: list[Values]) -> None:
    firsts = {int(np.argmin(np.isnan(values[column.name]))) + 1 for values in found}
    if column.warm_up:
        assert firsts == {column.warm_up}
    elif column.name in PIVOTS:
        assert firsts == {2}, "of days, the session before is the day before"
    else:
        assert column.name == "relative_volume_at_time"
        assert all(np.isnan(values[column.name]).all() for values in found)


def test_a_year_of_weeks_has_its_first_value_in_week_52_as_the_page_says() -> None:
    weeks = lively_bars(60, rows=[0])
    weeks = replace(weeks, start_ms=np.arange(60) * TIMEFRAME_MS["weekly"])
    table = engine(timeframe="weekly").update(weeks).indicators
    for column in COLUMNS:
        if "weeks" in column.parameters:
            first = int(np.argmin(np.isnan(table.column(column.name)))) + 1
            assert first == column.parameters["weeks"] == 52
            assert "| 252 days, 52 weeks |" in indicator_page.row(column)


def test_the_witnesses_name_each_indicator_that_differs_from_talib() -> None:
    text = WITNESSES.read_text().partition("Definitions that differ from TA-Lib's")[2]
    named = re.findall(r"`([a-z_0-9*]+)`", text.partition("Published values")[0])
    for column in COLUMNS:
        if "TA-Lib says" in column.differs or "TA-Lib takes" in column.differs:
            assert any(fnmatch(column.name, name) for name in named), column.name


@pytest.mark.real_data
@EACH
def test_no_value_leaves_the_stated_range(column: Column, found: list[Values]) -> None:
    values = np.concatenate([each[column.name] for each in found])
    stated = re.fullmatch(r"(-?\d+) to (\d+)", column.unit)
    if stated is None:
        assert column.unit in {
            "USD",
            "USD a bar",
            "shares",
            "percent",
            "percentage points",
            "ratio",
        }
        return
    low, high = map(float, stated.groups())
    known = values[np.isfinite(values)]
    assert low - 1e-9 <= known.min()
    assert known.max() <= high + 1e-9
    assert known.max() - known.min() > 0.4 * (high - low), "the range is far wider than the values"


@pytest.mark.real_data
@pytest.mark.parametrize("column", BY_TALIB, ids=lambda column: column.name)
def test_talib_says_the_same(column: Column, days: ClosedBars, found: list[Values]) -> None:
    talib = column.talib
    assert talib is not None
    for row, values in enumerate(found):
        bars = days.take(days.row == row)
        expected = by_function(column, bars)
        begin = max(talib.settled, column.warm_up - 1 + talib.later)
        if not talib.settled:
            assert int(np.argmin(np.isnan(expected))) == begin
        scale = np.maximum(np.abs(expected[begin:]), scale_of(column, bars))
        assert (np.abs(values[column.name][begin:] - expected[begin:]) <= 1e-9 * scale).all()
        assert len(expected) - begin > 700


def by_function(column: Column, bars: ClosedBars) -> np.ndarray:
    talib = column.talib
    assert talib is not None
    given = dict(talib.parameters)
    names = ("open", "high", "low", "close", "volume")
    prices = {name: getattr(bars, name).astype(np.float64) for name in names}
    function = Function(talib.function)
    out = function(prices, **given)
    return out[function.output_names.index(talib.output)] if talib.output else out


def scale_of(column: Column, bars: ClosedBars) -> float:
    if column.unit.startswith("USD"):
        return float(bars.close.max())
    return float(bars.volume.max()) if column.unit == "shares" else 100.0


def test_a_named_twin_is_compared_in_the_named_test() -> None:
    bars = random_bars(60, rows=[0])
    compared = {
        "test_signals_indicators.py": set(twins(bars)),
        "test_signals_indicator_breadth.py": {*by_hand(bars), *by_talib(bars), "supertrend"},
        "test_signals_universe.py": {"relative_strength", "strength_rank"},
        "test_signals_sessions.py": set(PIVOTS),
        "test_signals_time_of_day.py": {"relative_volume_at_time"},
    }
    named = {(column.twin, column.name) for column in COLUMNS if column.twin}
    assert {name for file, name in named if name not in compared[file]} == set()
    assert all((TESTS / file).exists() for file, _ in named)
