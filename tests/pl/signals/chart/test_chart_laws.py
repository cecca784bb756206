"""The laws of chart patterns: no look-ahead, one memory, nothing from dirty or flat bars."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.signals.chart.registry import CHART_NAMES
from pl.signals.chart.scan import MEMORY_BARS, empty_state, look, scan
from pl.signals.chart.sketch import BAR, LEVEL, PATTERN, POINTS, SIZE, STOP, TURN
from tests.pl.signals.chart.planting import KINDS, Array, planted_fields, planted_series
from tests.pl.signals.chart.scoring import points_of, shuffled_walk

LAWFUL = settings(max_examples=25, deadline=None)
SEEDS = st.integers(0, 10_000)


def stream(bars: Array, begin: int = 0, offset: int = 0) -> list[Array]:
    """Return the finds of a state that takes one bar at a time, as a stream does."""
    state = empty_state(1)
    out = np.empty(SIZE)
    finds = []
    for i in range(begin, len(bars)):
        if look(state, 0, bars[: i + 1], i, offset, out):
            finds.append(out.copy())
    return finds


@LAWFUL
@given(SEEDS, st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_finds_of_a_history_are_a_prefix_of_those_of_any_longer_one(
    seed: int, ends: list[int]
) -> None:
    bars, _ = planted_series(seed, list(KINDS)[seed % 10 : seed % 10 + 10])
    whole = scan(bars)
    for end in ends:
        part = scan(bars[:end].copy())
        assert part.tobytes() == whole[whole[:, BAR] < end].tobytes()


@LAWFUL
@given(SEEDS)
def test_a_stream_of_single_bars_finds_what_the_whole_history_finds(seed: int) -> None:
    bars, _ = planted_series(seed, list(KINDS)[seed % 10 : seed % 10 + 10])
    assert [find.tobytes() for find in stream(bars)] == [find.tobytes() for find in scan(bars)]


@LAWFUL
@given(SEEDS, st.integers(0, 700))
def test_a_state_grown_from_its_memory_goes_on_as_one_that_saw_everything(
    seed: int, start: int
) -> None:
    bars, _ = planted_series(seed, list(KINDS)[seed % 10 : seed % 10 + 10])
    late = scan(bars[start:].copy())
    for row in late:
        row[BAR] += start
    since = start + MEMORY_BARS
    assert [(row[PATTERN], row[BAR]) for row in late if row[BAR] >= since] == [
        (row[PATTERN], row[BAR]) for row in scan(bars) if row[BAR] >= since
    ]


def test_upside_down_prices_give_the_mirrored_finds() -> None:
    mirrored = {
        "Double_Top": "Double_Bottom",
        "Triple_Top": "Triple_Bottom",
        "Head_And_Shoulders": "Inverse_Head_And_Shoulders",
        "Ascending_Triangle": "Descending_Triangle",
        "Rising_Wedge": "Falling_Wedge",
        "V_Top": "V_Bottom",
    }
    mirrored |= {there: here for here, there in mirrored.items()}
    one_sided = {"Cup_And_Handle", "Rounding_Bottom"}
    names = [name for name in KINDS if name not in one_sided]
    bars, _ = planted_series(7, names)
    roof = 2.0 * bars[:, 1].max()
    turned = bars.copy()
    turned[:, :4] = roof - bars[:, [0, 2, 1, 3]]
    here = {(CHART_NAMES[int(f[PATTERN])], int(f[BAR])) for f in scan(bars)}
    there = {(CHART_NAMES[int(f[PATTERN])], int(f[BAR])) for f in scan(turned)}
    expected = {(mirrored.get(name, name), bar) for name, bar in there if name not in one_sided}
    missed = {find for find in here if find[0] not in one_sided} ^ expected
    assert len(missed) <= len(here) // 5, missed


@pytest.mark.parametrize("price", [1e-4, 1e6])
def test_finds_do_not_depend_on_the_price_scale(price: float) -> None:
    bars, _ = planted_series(11, list(KINDS)[:10])
    scaled = bars.copy()
    scaled[:, :4] *= price
    scaled[:, 5] *= price
    here = [(f[PATTERN], f[BAR]) for f in scan(bars)]
    assert here == [(f[PATTERN], f[BAR]) for f in scan(scaled)]
    assert here


def test_flat_silent_and_few_bars_give_nothing() -> None:
    flat = np.full((400, 6), 10.0)
    assert len(scan(flat)) == 0
    flat[:, 4] = 0.0
    assert len(scan(flat)) == 0
    for n in range(6):
        assert len(scan(flat[:n].copy())) == 0


def test_bars_without_numbers_neither_crash_nor_fire() -> None:
    bars, _ = planted_series(3, list(KINDS)[:10])
    bars[::7] = np.nan
    assert len(scan(bars)) == 0


def test_each_find_is_drawn_by_bars_before_it_and_its_stop_lies_behind_the_break() -> None:
    for bars, _ in planted_fields(91, 20):
        for find in scan(bars):
            assert find[TURN] * (find[LEVEL] - find[STOP]) > 0.0
            xs = points_of(find)
            assert (np.diff(xs) > 0).all()
            assert xs[-1] < find[BAR]
            last = int(find[POINTS])
            assert last >= find[BAR] - MEMORY_BARS


@pytest.mark.real_data
def test_finds_of_real_daily_bars_do_not_depend_on_later_bars(test_data: Path) -> None:
    frame = pd.read_parquet(test_data / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    checked = 0
    for _, rows in list(frame.sort_values("date").groupby("symbol", observed=True))[:100]:
        bars = np.column_stack(
            [rows[name].to_numpy(float) for name in ("open", "high", "low", "close", "volume")]
            + [rows["close"].to_numpy(float)]
        )
        whole = scan(bars)
        assert [f.tobytes() for f in stream(bars)] == [f.tobytes() for f in whole]
        checked += len(bars)
        walk = shuffled_walk(bars, np.random.default_rng(1))
        assert np.isfinite(walk).all()
    assert checked > 100_000


@pytest.mark.real_data
def test_no_pivots_are_confirmed_twice_as_one_pattern(test_data: Path) -> None:
    """A find with the same pivots is the same flow, however much better its break fits them."""
    frame = pd.read_parquet(test_data / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    names = ["open", "high", "low", "close", "volume", "close"]
    found = 0
    for symbol, rows in frame.sort_values("date").groupby("symbol", observed=True):
        finds = scan(np.ascontiguousarray(rows[names].to_numpy(np.float64)))
        flows = [(find[TURN], find[PATTERN], *points_of(find)) for find in finds]
        assert len(set(flows)) == len(flows), symbol
        found += len(flows)
    assert found > 3_000
