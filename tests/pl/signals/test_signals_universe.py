"""Relative strength against the universe and its rank."""

import math

import numpy as np
import pytest

from pl.signals.indicators.names import INDICATOR_NAMES, RELATIVE_STRENGTH, ROC_60, STRENGTH_RANK
from pl.signals.table import IndicatorTable
from pl.signals.universe import Universe, strengths
from tests.pl.signals.synthetic import engine, random_bars


def rows(*changes: tuple[int, int, float]) -> IndicatorTable:
    """Return a table of (row, bar start, change over 60 bars)."""
    row, start, change = zip(*changes, strict=True)
    values = np.full((len(row), len(INDICATOR_NAMES)), np.nan)
    values[:, ROC_60] = change
    return IndicatorTable(
        np.array(row, np.int32),
        np.array(start, np.int64),
        values,
        np.zeros(len(row), np.int64),
        np.zeros((len(row), 2), np.int64),
    )


def compared(universe: Universe, table: IndicatorTable) -> list[tuple[float, float]]:
    universe.compare(table)
    return [tuple(pair) for pair in table.values[:, [RELATIVE_STRENGTH, STRENGTH_RANK]].tolist()]


def test_strength_is_the_change_less_the_median_and_the_rank_its_place() -> None:
    table = rows((0, 0, 1.0), (1, 0, 4.0), (2, 0, 2.0))
    assert compared(Universe(), table) == [
        (-1.0, pytest.approx(100 / 6)),
        (2.0, pytest.approx(500 / 6)),
        (0.0, 50.0),
    ]


def test_equal_changes_share_a_rank() -> None:
    table = rows((0, 0, 3.0), (1, 0, 3.0))
    assert compared(Universe(), table) == [(0.0, 50.0), (0.0, 50.0)]


def test_each_bar_has_a_universe_of_its_own() -> None:
    table = rows((0, 0, 1.0), (1, 0, 3.0), (0, 60_000, 5.0), (1, 60_000, 1.0))
    assert [pair[0] for pair in compared(Universe(), table)] == [-1.0, 1.0, 2.0, -2.0]


def test_what_is_not_known_yet_takes_no_part() -> None:
    found = compared(Universe(), rows((0, 0, 1.0), (1, 0, math.nan), (2, 0, 3.0)))
    assert found[0][0] == -1.0
    assert all(math.isnan(value) for value in found[1])


def test_one_symbol_is_no_universe() -> None:
    assert math.isnan(compared(Universe(), rows((0, 0, 1.0)))[0][0])


def test_a_late_bar_is_compared_with_those_that_were_on_time() -> None:
    universe = Universe()
    universe.compare(rows((0, 0, 1.0), (1, 0, 3.0)))
    assert compared(universe, rows((2, 0, 9.0)))[0] == (7.0, 100.0)


def test_strengths_are_found_by_row_and_bar() -> None:
    table = rows((1, 0, 1.0), (0, 0, 3.0), (5, 0, math.nan))
    Universe().compare(table)
    asked = np.array([0, 5, 7], np.int64)
    found = strengths(table, asked, np.zeros(3, np.int64))
    assert found == [{"relative_strength": 1.0, "strength_rank": 75.0}, {}, {}]
    assert strengths(IndicatorTable.empty(), asked, np.zeros(3, np.int64)) == [{}, {}, {}]


def test_the_rows_of_real_updates_are_compared() -> None:
    table = engine().update(random_bars(70, seed=1)).indicators
    Universe().compare(table)
    strength = table.values[:, RELATIVE_STRENGTH].reshape(70, 3)
    assert np.isnan(strength[:60]).all()
    assert (np.median(strength[60:], axis=1) == 0.0).all()
