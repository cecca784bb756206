"""Chart patterns the slow way: plain pivots, every rule at every bar, geometry by hand."""

from pathlib import Path

import numpy as np
import pytest

from pl.signals.chart.find import ChartFind
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.chart.scan import scan
from pl.signals.chart.sketch import BAR, N_LINES, N_POINTS, PATTERN
from tests.pl.signals.chart.finding import find_charts
from tests.pl.signals.chart.planting import KINDS, planted_fields, planted_series
from tests.pl.signals.laws.markets import recorded_days
from tests.pl.signals.laws.naive_charts import Array, naive_scan
from tests.pl.signals.laws.naive_geometry import complaints


def assert_found_alike(bars: Array) -> int:
    fast, slow = scan(bars), naive_scan(bars)
    names = [(CHART_NAMES[int(find[PATTERN])], int(find[BAR])) for find in fast]
    assert names == [(CHART_NAMES[int(find[PATTERN])], int(find[BAR])) for find in slow]
    for ours, theirs in zip(fast, slow, strict=True):
        assert drawn(ours) == drawn(theirs)
    return len(fast)


def drawn(find: Array) -> bytes:
    """Return what a find says; room for points and lines that it has not is left out."""
    points, lines = int(find[N_POINTS]), int(find[N_LINES])
    return find[: 18 + 2 * points].tobytes() + find[32 : 32 + 4 * lines].tobytes()


def test_watching_levels_hides_no_pattern() -> None:
    bars, _ = planted_series(3, ["Flag", "Double_Top", "Cup_And_Handle", "V_Bottom"], 260)
    assert assert_found_alike(bars) >= 2


@pytest.mark.exhaustive
def test_watching_levels_hides_no_pattern_of_any_kind(
    request: pytest.FixtureRequest, test_data: Path
) -> None:
    if "exhaustive" not in request.config.option.markexpr:
        pytest.skip("takes minutes: run with -m exhaustive")
    found = sum(assert_found_alike(bars) for bars, _ in planted_fields(77, 12))
    for name in ("AAPL", "GE", "XOM"):
        found += assert_found_alike(table_of(test_data, name))
    assert found > 100


def table_of(folder: Path, name: str) -> Array:
    bars = recorded_days(folder, (name,)).bars
    sound = np.isfinite(bars.open + bars.high + bars.low)
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.close)
    return np.column_stack([column[sound] for column in columns])


def wrongs(bars: Array) -> tuple[set[str], list[tuple[str, int, str]]]:
    """Return the names found, and what is wrong with which finds."""
    seen, wrong = set(), []
    for find in find_charts(bars):
        seen.add(find.pattern)
        wrong += [(find.pattern, find.bar, what) for what in complaints(bars, find)]
    return seen, wrong


def test_the_geometry_of_every_pattern_is_what_its_rule_says() -> None:
    seen: set[str] = set()
    for bars, _ in planted_fields(4_501, 40):
        names, wrong = wrongs(bars)
        assert wrong == []
        seen |= names
    assert seen == set(KINDS)


@pytest.mark.real_data
def test_the_geometry_holds_on_recorded_days(test_data: Path) -> None:
    for name in ("AAPL", "GE", "XOM", "KO", "AMD", "F"):
        _, wrong = wrongs(table_of(test_data, name))
        assert wrong == []


def test_a_wrong_geometry_is_noticed() -> None:
    bars, _ = planted_fields(4_501, 1)[0]
    find: ChartFind = find_charts(bars)[0]
    bars[find.points[1][0], 1] *= 1.2
    bars[find.points[1][0], 2] *= 0.8
    assert complaints(bars, find) != []
