"""Patterns planted in the simulated market: known to the truth alone, and found by the engine."""

import ast
import json
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.chart.registry import ALERT_CONFIDENCE, CHART_NAMES
from pl.signals.engine import SignalEngine
from pl.signals.signal import CONFIRMED, Signal
from pl.simulator.days import DAY_MS
from pl.simulator.kinds import KINDS
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import Day, make_day
from pl.simulator.planting import LONGEST, MOST_NOISE, SHORTEST, Plant, plant_of_day
from pl.simulator.truth import day_number, print_truth, truth_of_day
from pl.simulator.universe import read_listings
from tests.pl.simulator.served import as_closed

SEED = 990_001
"""Never used in development, whose seeds lie below 1,000."""
DAY = 20_700
N_PLANTED = 300
BEFORE = 270
AFTER = 12
LEAST_RECALL = 0.9
LISTINGS = read_listings()
ROOT = Path(__file__).parents[3]


@cache
def planted_days() -> list[tuple[Plant, Day]]:
    out: list[tuple[Plant, Day]] = []
    for seed in range(SEED, SEED + 99):
        for listing in LISTINGS:
            plant = plant_of_day(seed, listing, DAY)
            if plant is None or len(out) == N_PLANTED:
                continue
            made = make_day(seed, listing, DAY, 3.0)
            if made.happened.plant is not None:
                out.append((plant, made))
        if len(out) == N_PLANTED:
            break
    return out


def minutes_around(row: int, plant: Plant, made: Day) -> ClosedBars:
    """Return the closed minute bars that the stream would bring, as row `row`."""
    minute = made.bars.start_ms // MINUTE_MS % 1_440
    near = (minute > plant.begins - BEFORE) & (minute < plant.minutes.stop + AFTER)
    return as_closed(row, made.bars.take(near))


def is_right(signal: Signal, plant: Plant) -> bool:
    """Tell whether an alert names the planted pattern, its side and each of its anchors."""
    direction = "bullish" if plant.direction > 0 else "bearish"
    if signal.pattern != plant.kind or signal.direction != direction:
        return False
    if signal.confidence < ALERT_CONFIDENCE[signal.pattern] or signal.life != CONFIRMED:
        return False
    points = [point["time"] for point in signal.geometry["points"]]  # type: ignore[attr-defined]
    minutes = np.array(points) // 60 % 1_440
    n = min(len(minutes), len(plant.anchors))
    off = np.abs(minutes[-n:] - np.array(plant.anchors[-n:])).max()
    return bool(off <= max(2.0, 0.05 * (plant.last - plant.first)))


def test_the_engine_of_the_stream_finds_what_is_planted() -> None:
    planted = planted_days()
    assert len(planted) == N_PLANTED
    symbols = [f"S{row}" for row in range(N_PLANTED)]
    engine = SignalEngine(symbols, "1min", "intraday", lambda ms: ms - ms % DAY_MS)
    found: Counter[str] = Counter()
    for row, (plant, made) in enumerate(planted):
        signals = engine.update(minutes_around(row, plant, made)).signals
        found[plant.kind] += any(
            is_right(signal, plant) for signal in signals if signal.pattern in CHART_NAMES
        )
    total = Counter(plant.kind for plant, _ in planted)
    assert set(total) == set(CHART_NAMES)
    recall = sum(found.values()) / N_PLANTED
    assert recall >= LEAST_RECALL, {kind: (found[kind], total[kind]) for kind in total}


def test_every_chart_pattern_is_planted_and_no_other() -> None:
    assert set(KINDS) == set(CHART_NAMES)


def test_one_day_of_two_has_a_pattern_of_documented_size() -> None:
    plants = [plant_of_day(seed, one, DAY) for seed in range(30) for one in LISTINGS]
    there = [plant for plant in plants if plant is not None]
    assert len(there) / len(plants) == pytest.approx(0.5, abs=0.04)
    for plant in there:
        assert SHORTEST <= plant.last - plant.first <= LONGEST
        assert plant.noise <= MOST_NOISE
        assert plant.begins < plant.first <= plant.anchors[0] < plant.breaks <= plant.last
        assert 0 < plant.minutes.start < plant.minutes.stop < 1_440


def test_the_breaking_minutes_carry_more_volume() -> None:
    ratios = []
    for plant, made in planted_days()[:100]:
        volume = np.zeros(1_440)
        volume[made.bars.start_ms // MINUTE_MS % 1_440] = made.bars.volume
        ends = plant.volume > 1.0
        taken = volume[plant.minutes]
        ratios.append(taken[ends].mean() / taken[~ends].mean())
    assert 1.6 < np.median(ratios) < 2.8


def test_the_truth_names_what_the_bars_show(capsys: pytest.CaptureFixture[str]) -> None:
    market = SimulatedMarket(7, 3.0, LISTINGS)
    day = day_number(date(2026, 11, 20))
    rows = list(truth_of_day(market, day))
    print_truth(7, 3.0, date(2026, 11, 20))
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == rows
    patterns = [row for row in rows if "planted" in row]
    assert 20 < len(patterns) < 50
    for row in patterns:
        minute = [int(t[11:13]) * 60 + int(t[14:16]) for t, _ in row["anchors"]]
        bars = market.day(row["symbol"], day).bars
        at = np.searchsorted(bars.start_ms, np.array(minute) * MINUTE_MS + day * DAY_MS)
        prices = np.array([price for _, price in row["anchors"]])
        assert np.allclose(bars.close[at] / 100.0, prices, rtol=2e-3)
        assert row["from"] < row["breaks_at"] <= row["to"]


def test_who_reads_only_the_first_truth_sees_no_traceback() -> None:
    command = [sys.executable, "-m", "pl", "simulator", "--truth", "2026-11-20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as told:
        assert told.stdout is not None
        assert told.stderr is not None
        first = json.loads(told.stdout.readline())
        told.stdout.close()
        complaints = told.stderr.read()
    assert "symbol" in first
    assert (told.returncode, complaints) == (0, b"")


def imported(folder: str) -> set[str]:
    """Return every module that the files of a folder import."""
    names: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    return names


def test_planter_and_detectors_share_no_code() -> None:
    assert not [name for name in imported("pl/simulator") if name.startswith("pl.signals")]
    for folder in ("signals", "market", "feeds", "streaming", "store", "bus", "api", "jobs"):
        assert not [name for name in imported(f"pl/{folder}") if name.startswith("pl.simulator")]
    assert not [name for name in imported("appv2") if name.startswith("pl")]
