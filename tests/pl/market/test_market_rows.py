"""Bars held by row say the same whether they lie one after the other or apart."""

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.market.rows import ByRow, longest, newest, rows_of, spans
from tests.pl.signals.synthetic import random_bars

HELD = {0: 7, 2: 30, 3: 2}
N_ROWS = 5


def bars() -> ClosedBars:
    made = random_bars(40, rows=tuple(HELD))
    parts = [np.flatnonzero(made.row == row)[:n] for row, n in HELD.items()]
    return made.take(np.concatenate(parts))


def apart(whole: ClosedBars) -> ByRow:
    return {row: whole.take(whole.row == row) for row in range(N_ROWS)}


@pytest.fixture(params=[lambda whole: rows_of(whole, N_ROWS), apart])
def rows(request: pytest.FixtureRequest) -> ByRow:
    made: ByRow = request.param(bars())
    return made


def test_the_longest_row_is_that_with_the_most_bars(rows: ByRow) -> None:
    assert longest(rows) == 30
    assert longest({}) == longest(rows_of(ClosedBars.empty(), 3)) == 0


@pytest.mark.parametrize("n", [1, 5, 100])
def test_the_newest_bars_of_each_row_are_its_last(rows: ByRow, n: int) -> None:
    row, start_ms = newest(rows, n)
    expected = [(k, start) for k in range(N_ROWS) for start in rows[k].start_ms[-n:].tolist()]
    assert list(zip(row.tolist(), start_ms.tolist(), strict=True)) == expected


def test_a_span_says_how_many_bars_there_are_and_where_they_begin_and_end(rows: ByRow) -> None:
    n_bars, first_ms, last_ms = (column.tolist() for column in spans(rows))
    assert n_bars == [7, 0, 30, 2, 0]
    for row, n in enumerate(n_bars):
        expected = rows[row].start_ms[[0, -1]].tolist() if n else [0, 0]
        assert [first_ms[row], last_ms[row]] == expected
