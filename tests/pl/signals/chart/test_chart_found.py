"""Planted patterns are found, and random walks are left alone.

Each pattern by itself is held to the law on the three published seeds, by the page, which
`-m exhaustive` measures again. What runs by default measures fewer, on a seed of its own: there a
figure may lie MARGIN standard errors below what the law wants.
"""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pl.signals.chart.confidence import confidence
from pl.signals.chart.registry import ALERT_CONFIDENCE, CHART_NAMES
from scripts.lost_breaks import FATES, TITLE, fates, share
from scripts.write_chart_patterns import (
    EVEN,
    N_FIELDS,
    PAGE,
    RAISED,
    SEEDS,
    evened,
    lost,
    measure,
    table,
)
from tests.pl.signals.chart.finding import find_charts
from tests.pl.signals.chart.planting import KINDS, planted_fields, planted_series
from tests.pl.signals.chart.scoring import Tally, fires, shuffled_walk, tally

SEED = 810_011
"""Never used in development, whose seeds lie below 1,000."""
LEAST_RECALL = 0.9
LEAST_PRECISION = 0.8
N_SERIES = 400
N_LOST = 200
MARGIN = 2.0
"""Of 38 figures at 0.9 exactly, one lies farther below by chance; most are better."""


@pytest.fixture(scope="module")
def outcome() -> Tally:
    return tally(planted_fields(SEED, N_SERIES), ALERT_CONFIDENCE)


def test_every_pattern_has_a_number_a_plant_and_an_alert_confidence() -> None:
    assert set(CHART_NAMES) == set(KINDS) == set(ALERT_CONFIDENCE)


def test_recall_of_planted_patterns_holds(outcome: Tally) -> None:
    recall = sum(outcome.found.values()) / sum(outcome.planted.values())
    assert recall >= LEAST_RECALL, {name: round(outcome.recall(name), 2) for name in KINDS}


def test_precision_among_planted_patterns_holds(outcome: Tally) -> None:
    precision = sum(outcome.found.values()) / sum(outcome.fired.values())
    assert precision >= LEAST_PRECISION, outcome.mistaken.most_common(10)


@pytest.mark.parametrize("name", KINDS)
def test_each_pattern_is_found_as_often_and_as_precisely_as_all_have_to_be(
    outcome: Tally, name: str
) -> None:
    assert outcome.recall(name) >= less(LEAST_RECALL, outcome.planted[name])
    assert outcome.precision(name) >= less(LEAST_PRECISION, outcome.fired[name])


def less(share: float, n: int) -> float:
    """Return a share less the margin for having looked at `n`."""
    return share - MARGIN * float(np.sqrt(share * (1.0 - share) / n))


def published(title: str) -> dict[str, list[tuple[float, float]]]:
    """Return recall and precision in percent by pattern and seed, and the worst, as published."""
    part = PAGE.read_text().partition(f"{title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {
        row[0]: [tuple(map(float, cell.split(" / "))) for cell in row[2:]]  # type: ignore[misc]
        for row in rows[1:]
        if row[0] in CHART_NAMES
    }


@pytest.mark.parametrize("name", KINDS)
def test_each_pattern_obeys_the_law_on_every_published_seed(name: str) -> None:
    *cells, worst = published(RAISED)[name]
    assert len(cells) == len(SEEDS) == 3
    assert min(recall for recall, _ in cells) == worst[0] >= 100.0 * LEAST_RECALL
    assert min(precision for _, precision in cells) == worst[1] >= 100.0 * LEAST_PRECISION


def test_breaks_on_even_volume_are_published_and_most_are_found() -> None:
    even, raised = published(EVEN), published(RAISED)
    assert set(even) == set(raised) == set(CHART_NAMES)
    assert sum(cells[-1][0] for cells in even.values()) / len(even) >= 70.0


def test_one_page_alone_states_how_often_a_chart_pattern_fires() -> None:
    rules = (PAGE.parent / "chart-pattern-rules.md").read_text()
    assert "Rates are finds per 1,000 bars" in rules
    assert not re.search(r"/1,000|Rates are|\| *(real|null|random)", PAGE.read_text())


@pytest.mark.exhaustive
def test_the_published_tables_are_what_their_seeds_give(
    request: pytest.FixtureRequest,
) -> None:
    if "exhaustive" not in request.config.option.markexpr:
        pytest.skip("takes minutes: run with -m exhaustive")
    measured = {seed: measure(seed, N_FIELDS) for seed in SEEDS}
    assert table({seed: raised for seed, (raised, _) in measured.items()}) in PAGE.read_text()
    assert table({seed: even for seed, (_, even) in measured.items()}) in PAGE.read_text()
    assert lost(SEEDS[0], N_FIELDS) in PAGE.read_text()


def test_breaks_on_even_volume_are_lost_where_the_page_says() -> None:
    fields = planted_fields(SEED, N_LOST)
    counted = sum(fates(fields, evened(fields)).values(), Counter())
    told = PAGE.read_text().partition(f"{TITLE}\n")[2].partition("\n## ")[0]
    cells = told.partition("| **all** | ")[2].partition(" |\n")[0].split(" | ")
    for fate, cell in zip(FATES, map(float, cells), strict=True):
        error = float(np.sqrt(cell * (100.0 - cell) / counted.total()))
        assert share(counted, fate) == pytest.approx(cell, abs=3.0 * error)


def test_patterns_are_planted_ten_in_a_thousand_bars(outcome: Tally) -> None:
    assert 900 * N_SERIES < outcome.bars < 1100 * N_SERIES
    assert sum(outcome.planted.values()) == 10 * N_SERIES


@pytest.mark.parametrize(
    ("seed", "name"),
    [
        (452, "V_Top"),
        (482, "V_Bottom"),
        (556, "V_Top"),
        (612, "V_Top"),
        (645, "V_Top"),
        (671, "V_Top"),
    ],
)
def test_a_rough_v_is_still_nearer_to_a_v_than_to_a_parabola(seed: int, name: str) -> None:
    """Development seeds. Held against a fitted parabola unfitted, these were none."""
    assert tally([planted_series(seed, [name], 250)], ALERT_CONFIDENCE).found[name] == 1


def test_confidence_never_falls_when_fit_volume_or_size_rises() -> None:
    steps = np.linspace(0.0, 1.0, 11)
    for fixed in (0.1, 0.9):
        for values in (
            [confidence(x, fixed, fixed) for x in steps],
            [confidence(fixed, 5 * x, fixed) for x in steps],
            [confidence(fixed, fixed, 5 * x) for x in steps],
        ):
            assert sorted(values) == values
            assert 0.0 <= values[0] < values[-1] <= 1.0


def test_a_find_explains_itself_by_its_own_numbers() -> None:
    bars, _ = planted_fields(SEED, 1)[0]
    for find in find_charts(bars):
        assert find.entry == bars[find.bar, 3]
        assert f"{find.entry:,.2f}" in find.reason()
        assert find.direction * (find.target - find.level) > 0.0
        assert (find.volume_confirms and " confirmed by" in find.reason()) or (
            "not confirmed" in find.reason()
        )


@pytest.mark.real_data
def test_no_pattern_fires_twice_in_a_thousand_bars_of_random_walks(test_data: Path) -> None:
    frame = pd.read_parquet(test_data / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    names = ["open", "high", "low", "close", "volume", "close"]
    dice = np.random.default_rng(SEED)
    total, n_bars = dict.fromkeys(CHART_NAMES, 0), 0
    for _, rows in list(frame.sort_values("date").groupby("symbol", observed=True))[:100]:
        walk = shuffled_walk(np.ascontiguousarray(rows[names].to_numpy(np.float64)), dice)
        for name, fired in fires(walk, ALERT_CONFIDENCE).items():
            total[name] += fired
        n_bars += len(walk)
    assert n_bars > 100_000
    assert max(total.values()) / n_bars < 0.002, total
