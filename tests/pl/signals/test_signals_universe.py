"""Relative strength against the universe and its rank."""

import math

import numpy as np
import pytest

from pl.market.sessions import AlwaysOpenSessions
from pl.signals.engine import SignalEngine
from pl.signals.indicators.names import INDICATOR_NAMES, RELATIVE_STRENGTH, ROC_60, STRENGTH_RANK
from pl.signals.table import IndicatorTable
from pl.signals.universe import Universe, strengths
from pl.streaming.frames import build_frame
from tests.pl.signals.synthetic import changed, day_open, engine, held, join, random_bars


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


def plain(table: IndicatorTable, start_ms: int) -> dict[int, tuple[float, float]]:
    """Return strength and rank by row at a bar of which a table has all symbols."""
    here = np.flatnonzero(table.start_ms == start_ms)
    changes = dict(zip(table.row[here].tolist(), table.values[here, ROC_60].tolist(), strict=True))
    middle = float(np.median(list(changes.values())))
    return {
        row: (
            own - middle,
            100.0 * np.mean([np.sign(own - one) / 2 + 0.5 for one in changes.values()]),
        )
        for row, own in changes.items()
    }


@pytest.mark.parametrize("is_started_again", [False, True])
def test_a_few_symbols_that_come_again_are_compared_with_all(is_started_again: bool) -> None:
    """Long after their bar, or right after a start: two symbols are no universe."""
    symbols = tuple("ABCDEF")
    bars = random_bars(200, seed=3, rows=range(6))
    frame = build_frame("1min", symbols, AlwaysOpenSessions(), 0)
    frame.evaluate(bars)
    again = [changed(bars, 6 * 90 + row, close=float(bars.high[6 * 90 + row])) for row in (1, 4)]
    if is_started_again:
        frame = build_frame("1min", symbols, AlwaysOpenSessions(), 0)
        frame.warm({row: bars.take(bars.row == row) for row in range(6)})
    late = frame.evaluate(join(again)).indicators
    final = SignalEngine(symbols, "1min", "intraday", day_open).update(held(join([bars, *again])))
    starts = late.start_ms.tolist()
    for k, start_ms in enumerate(starts):
        if start_ms < starts[-1] - 64 * 60_000:
            found = late.values[k, [RELATIVE_STRENGTH, STRENGTH_RANK]]
            expected = plain(final.indicators, start_ms)[int(late.row[k])]
            assert found == pytest.approx(expected, abs=1e-9)
