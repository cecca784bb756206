"""Chart patterns in the engine obey the laws of the signal log and say what draws them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pl.market.batches import MINUTE_MS, QUALITY_PARTIAL, ClosedBars
from pl.signals.chart.registry import ALERT_CONFIDENCE, CHART_NAMES
from pl.signals.signal import Signal
from tests.pl.signals.chart.planting import KINDS, Planted, planted_series
from tests.pl.signals.synthetic import (
    FIRST_OPEN_MS,
    SYMBOLS,
    changed,
    engine,
    held,
    join,
    log_of,
    restarted,
    span,
    standing,
)

LAWFUL = settings(max_examples=20, deadline=None)
SEEDS = st.integers(0, 10_000)
N_SERIES = 3


def planted_minutes(seed: int, n_bars: int = 500) -> tuple[ClosedBars, list[list[Planted]]]:
    """Return minutes of three symbols with five planted patterns each, and their truth."""
    dice = np.random.default_rng(seed)
    series = [
        planted_series(seed + row, dice.permutation(list(KINDS))[:5].tolist(), n_bars)
        for row in range(N_SERIES)
    ]
    shortest = min(len(bars) for bars, _ in series)
    table = np.stack([bars[:shortest] for bars, _ in series], axis=1).reshape(-1, 6)
    minute = np.repeat(np.arange(shortest), N_SERIES)
    columns = ("open", "high", "low", "close", "volume", "vwap")
    n = len(table)
    bars = ClosedBars(
        row=np.tile(np.arange(N_SERIES, dtype=np.int32), shortest),
        start_ms=FIRST_OPEN_MS + minute.astype(np.int64) * MINUTE_MS,
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
        **{name: table[:, k].copy() for k, name in enumerate(columns)},
    )
    return bars, [truth for _, truth in series]


def charts(log: Sequence[Signal]) -> list[Signal]:
    return [entry for entry in log if entry.pattern in CHART_NAMES]


def disturbed(bars: ClosedBars, n_changes: int, dice: np.random.Generator) -> ClosedBars:
    """Return the bars with some sent again with another close, numbered as they come."""
    parts = [span(bars, i, i + 1) for i in range(len(bars))]
    for _ in range(n_changes):
        at = int(dice.integers(len(parts) // 3, len(parts)))
        which = int(dice.integers(max(0, at - 300), at))
        old = parts[which]
        price = float(old.close[0]) * float(np.exp(dice.normal(0.0, 0.02)))
        fresh = changed(
            old,
            0,
            close=price,
            high=max(price, float(old.high[0])),
            low=min(price, float(old.low[0])),
        )
        parts.insert(at, fresh)
    times: Counter[tuple[int, int]] = Counter()
    for i, part in enumerate(parts):
        key = int(part.row[0]), int(part.start_ms[0])
        parts[i] = replace(part, revision=np.array([times[key]], np.int32))
        times[key] += 1
    return join(parts)


@LAWFUL
@given(SEEDS, st.lists(st.integers(0, 1700), max_size=4))
def test_charts_in_the_log_do_not_show_batches(seed: int, cuts: list[int]) -> None:
    bars, _ = planted_minutes(seed)
    edges = [min(cut, len(bars)) for cut in cuts]
    assert repr(charts(log_of(bars, edges))) == repr(charts(log_of(bars)))


@LAWFUL
@given(SEEDS, st.integers(0, 3), st.lists(st.integers(0, 1700), min_size=1, max_size=3))
@example(401, 0, [259])
def test_charts_in_the_log_do_not_show_restarts(
    seed: int, n_changes: int, stops: list[int]
) -> None:
    bars, _ = planted_minutes(seed)
    bars = disturbed(bars, n_changes, np.random.default_rng(seed))
    log: list[Signal] = []
    edges = [0, *sorted(min(stop, len(bars)) for stop in stops), len(bars)]
    for begin, end in pairwise(edges):
        running = restarted(span(bars, 0, begin))
        log += running.update(span(bars, begin, end)).signals
    assert repr(charts(log)) == repr(charts(log_of(bars)))


@LAWFUL
@given(SEEDS, st.lists(st.integers(0, 1700), max_size=4))
def test_charts_of_a_history_are_a_prefix_of_those_of_any_longer_one(
    seed: int, ends: list[int]
) -> None:
    bars, _ = planted_minutes(seed)
    whole = charts(log_of(bars))
    for end in ends:
        part = charts(log_of(span(bars, 0, min(end, len(bars)))))
        assert repr(part) == repr(whole[: len(part)])


@LAWFUL
@given(SEEDS, st.integers(1, 6))
def test_net_charts_of_a_revised_history_equal_those_of_its_final_bars(
    seed: int, n_changes: int
) -> None:
    bars, _ = planted_minutes(seed)
    bars = disturbed(bars, n_changes, np.random.default_rng(seed))
    assert standing(charts(log_of(bars))) == standing(charts(log_of(held(bars))))


def crossing(log: Sequence[Signal], bars: ClosedBars) -> tuple[Signal, int]:
    """Return the last chart pattern whose level lies between two closes, and its bar."""
    for entry in reversed([entry for entry in log if entry.life == "confirmed"]):
        row = SYMBOLS.index(entry.symbol)
        at = int(np.flatnonzero((bars.row == row) & (bars.start_ms == entry.bar_time_ms))[0])
        side = 1.0 if entry.direction == "bullish" else -1.0
        if side * float(bars.close[at - N_SERIES]) < side * float(entry.geometry["level"]):  # type: ignore[arg-type]
            return entry, at
    raise AssertionError("no pattern was completed by crossing its level")


def test_a_revised_bar_takes_back_the_chart_pattern_that_it_completed() -> None:
    bars, _ = planted_minutes(5)
    running = engine()
    first, at = crossing(charts(running.update(bars).signals), bars)
    before = float(bars.close[at - N_SERIES])
    low, high = min(before, float(bars.open[at])), max(before, float(bars.open[at]))
    calm = changed(bars, at, close=before, high=high, low=low)
    taken_back = [entry for entry in running.update(calm).signals if entry.life == "retracted"]
    again = next(entry for entry in taken_back if entry.flow_id == first.flow_id)
    assert again.before["confidence"] == first.confidence
    assert again.revision > 0


def test_a_chart_that_reaches_back_to_a_partial_bar_says_nothing() -> None:
    bars, _ = planted_minutes(6)
    log = charts(log_of(bars))
    partial = replace(bars, quality=np.full_like(bars.quality, QUALITY_PARTIAL))
    assert log
    assert not charts(log_of(partial))


def test_planted_patterns_come_out_of_the_engine_with_levels_and_geometry() -> None:
    bars, truths = planted_minutes(7)
    log = charts(log_of(bars))
    found = 0
    for row, truth in enumerate(truths):
        symbol = SYMBOLS[row]
        own = {(entry.pattern, entry.direction): entry for entry in log if entry.symbol == symbol}
        for planted in truth:
            entry = own.get((planted.name, "bullish" if planted.direction > 0 else "bearish"))
            found += entry is not None and entry.confidence >= ALERT_CONFIDENCE[planted.name]
    assert found >= 0.7 * sum(len(truth) for truth in truths)
    for entry in log:
        drawn = entry.geometry
        times = [point["time"] for point in drawn["points"]]  # type: ignore[attr-defined,index]
        assert drawn["from"] == times[0] < times[-1] < drawn["to"] == entry.born_ms / 1000.0
        assert len(drawn["lines"]) in {1, 2}  # type: ignore[arg-type]
        assert {"entry", "stop"} <= set(entry.levels)
        side = 1.0 if entry.direction == "bullish" else -1.0
        assert side * (entry.price - entry.levels["stop"]) > 0.0
        assert entry.reason.startswith(entry.pattern.replace("_", " "))


def test_what_stands_on_recent_bars_includes_chart_patterns() -> None:
    bars, _ = planted_minutes(8)
    running = engine()
    log = charts(running.update(bars).signals)
    newest = int(bars.start_ms[-1])
    recent = {entry.flow_id for entry in charts(running.recent(120).signals())}
    assert recent == {entry.flow_id for entry in log if entry.born_ms > newest - 120 * MINUTE_MS}
