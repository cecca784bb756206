"""Whoever trades a signal enters between its stop and its target, whatever the market did."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from pl.signals.chart.registry import CHART_NAMES
from pl.signals.chart.scan import scan
from pl.signals.chart.sketch import BAR, ENTRY, LEVEL, PATTERN, STOP, TARGET, TURN
from pl.signals.signal import Signal
from tests.pl.signals.chart.planting import KINDS, Array, planted_fields
from tests.pl.signals.chart.scoring import points_of, shuffled_walk
from tests.pl.signals.chart.test_chart_engine import planted_minutes
from tests.pl.signals.laws.markets import (
    Market,
    day_frame,
    hundred,
    recorded_days,
    recorded_longer,
    recorded_minutes,
    recorded_weeks,
)
from tests.pl.signals.synthetic import lively_bars, log_of

SIDES = {"bullish": 1.0, "bearish": -1.0}


def wrong_way_round(log: Iterable[Signal]) -> tuple[Counter[str], list[str]]:
    """Return the entries with a trade, by pattern, and those whose prices are out of order."""
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for entry in log:
        if "entry" not in entry.levels or not {"stop", "target"} & set(entry.levels):
            continue
        seen[entry.pattern] += 1
        side, levels = SIDES[entry.direction], entry.levels
        prices = [levels[name] for name in ("stop", "entry", "target") if name in levels]
        if not (np.diff(prices) * side > 0.0).all():
            wrong.append(f"{entry.life} {entry.pattern} {entry.direction} {levels}")
    return seen, wrong


def some_days(folder: Path) -> Market:
    return recorded_days(folder, hundred(day_frame(folder))[::4])


def some_weeks(folder: Path) -> Market:
    return recorded_weeks(folder, hundred(day_frame(folder))[::2])


def minutes(folder: Path) -> Market:
    return recorded_minutes(folder, ("AAPL", "BAC", "GOOG"))


def quarters(folder: Path) -> Market:
    return recorded_longer(folder, "15min")


@pytest.mark.real_data
@pytest.mark.parametrize("source", [some_days, some_weeks, minutes, quarters])
def test_recorded_signals_are_entered_between_stop_and_target(
    source: Callable[[Path], Market], test_data: Path
) -> None:
    market = source(test_data)
    seen, wrong = wrong_way_round(market.engine().update(market.bars).signals)
    assert wrong == []
    assert len(seen) > 10


@pytest.mark.real_data
def test_charts_of_recorded_days_and_of_their_walks_are_entered_before_their_target(
    test_data: Path,
) -> None:
    dice = np.random.default_rng(3)
    finds = []
    for name, rows in day_frame(test_data).dropna().groupby("symbol"):
        columns = rows.sort_values("start")[["open", "high", "low", "close", "volume", "close"]]
        bars = np.ascontiguousarray(columns.to_numpy(np.float64))
        finds += [(name, find) for find in (*scan(bars), *scan(shuffled_walk(bars, dice)))]
    assert {CHART_NAMES[int(find[PATTERN])] for _, find in finds} == set(CHART_NAMES)
    beyond = [
        (name, CHART_NAMES[int(find[PATTERN])], find[ENTRY], find[TARGET])
        for name, find in finds
        if not find[TURN] * (find[TARGET] - find[ENTRY]) > 0.0
        or not find[TURN] * (find[ENTRY] - find[STOP]) > 0.0
    ]
    assert beyond == []


def test_planted_charts_and_what_forms_are_entered_between_stop_and_target() -> None:
    bars, _ = planted_minutes(7)
    log = log_of(bars)
    seen, wrong = wrong_way_round(log)
    assert wrong == []
    assert {"forming", "confirmed"} <= {entry.life for entry in log if entry.pattern in KINDS}
    assert set(seen) & set(KINDS)


@pytest.mark.parametrize("seed", [1, 2])
def test_signals_of_lively_walks_are_entered_between_stop_and_target(seed: int) -> None:
    seen, wrong = wrong_way_round(log_of(lively_bars(1500, seed=seed)))
    assert wrong == []
    assert len(seen) > 15


def broken_at(bars: Array, find: Array, share: float) -> bool:
    """Tell whether the same points are found when the break runs so far to the target."""
    at, side = int(find[BAR]), find[TURN]
    moved = bars[: at + 1].copy()
    close = find[LEVEL] + share * (find[TARGET] - find[LEVEL])
    assert side * (find[TARGET] - find[LEVEL]) > 0.0
    moved[at, 1:4] = max(moved[at, 1], close), min(moved[at, 2], close), close
    again = [f for f in scan(moved) if f[BAR] == at and f[PATTERN] == find[PATTERN]]
    return any((points_of(f) == points_of(find)).all() for f in again)


def test_a_break_that_leaps_over_its_target_is_no_signal_and_one_short_of_it_is() -> None:
    fields = [(bars, find) for bars, _ in planted_fields(23, 6) for find in scan(bars)]
    assert not any(broken_at(bars, find, 1.01) for bars, find in fields)
    assert sum(broken_at(bars, find, 0.9) for bars, find in fields) > 0.5 * len(fields)
