"""Dirty data through the whole engine, chart patterns included, on every timeframe.

Nothing crashes, nothing is alerted that nobody traded, and what was left out is counted by cause.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.registry import PATTERNS
from pl.signals.timeframes import TIMEFRAME_MS
from tests.pl.signals.laws.canonical import entries_of
from tests.pl.signals.laws.markets import (
    DAY_MS,
    closed_bars,
    recorded_days,
    recorded_minutes,
)
from tests.pl.signals.synthetic import join, random_bars, span

TIMEFRAMES = tuple(TIMEFRAME_MS)
PRICES = ("open", "high", "low", "close", "vwap")
every_timeframe = pytest.mark.parametrize("timeframe", TIMEFRAMES)


def engine_of(timeframe: str) -> SignalEngine:
    tier = "daily" if timeframe in {"daily", "weekly"} else "intraday"
    return SignalEngine(("AAA",), timeframe, tier, lambda _: 0, session_bars=2_000)


def on(timeframe: str, bars: ClosedBars) -> ClosedBars:
    """Return bars of one row as those of a timeframe, one after the other."""
    at = np.arange(1, len(bars) + 1, dtype=np.int64) * TIMEFRAME_MS[timeframe]
    return replace(bars, start_ms=at)


def numbers_of(said: object) -> Iterator[float]:
    """Yield every number in an entry, however deep."""
    if isinstance(said, Mapping):
        said = list(said.values())
    if isinstance(said, list | tuple):
        for part in said:
            yield from numbers_of(part)
    elif isinstance(said, int | float):
        yield float(said)


def assert_sane(log: list[Any]) -> None:
    for entry in log:
        facts = [entry.price, entry.price_change, entry.volume, entry.levels, entry.geometry]
        assert all(math.isfinite(x) for x in numbers_of([*facts, entry.indicators])), entry
        assert 0.0 <= entry.confidence <= 1.0
        assert all(level > 0.0 for level in entry.levels.values())


def filthy(bars: ClosedBars, seed: int) -> tuple[ClosedBars, int]:
    """Return bars with every kind of dirt strewn in, and how many of them are unsound."""
    dice = np.random.default_rng(seed)
    columns = {name: getattr(bars, name).copy() for name in (*PRICES, "volume")}
    kinds = dice.choice(9, len(bars), p=[0.84, *[0.02] * 8])
    unsound = 0
    for i, kind in enumerate(kinds.tolist()):
        if kind in {1, 2, 3, 4}:
            name = ("close", "high", "low", "volume")[kind - 1]
            columns[name][i] = (math.nan, math.inf, -1.0, math.nan)[kind - 1]
            unsound += 1
        elif kind == 5:
            columns["volume"][i] = 0.0
        elif kind == 6:
            for name in PRICES:
                columns[name][i] = columns["close"][i]
        elif kind == 7:
            columns["high"][i] = columns["low"][i] * 0.5
            unsound += 1
        elif kind == 8:
            for name in PRICES:
                columns[name][i] *= 40.0
    return replace(bars, **columns), unsound


@every_timeframe
@pytest.mark.parametrize("price", [1e-4, 20.0, 1e6])
def test_any_dirt_on_any_timeframe_is_survived_and_counted(timeframe: str, price: float) -> None:
    clean = random_bars(900, rows=[0], seed=5)
    scaled = replace(clean, **{name: getattr(clean, name) * (price / 50.0) for name in PRICES})
    bars, unsound = filthy(on(timeframe, scaled), seed=7)
    holes = np.random.default_rng(1).random(900) < 0.97
    update = engine_of(timeframe).update(bars.take(holes))
    everything = engine_of(timeframe).update(bars)
    assert everything.refused["unsound"] == unsound
    assert everything.refused["restated"] > 0
    for log in (entries_of(update), entries_of(everything)):
        assert_sane(log)


@every_timeframe
def test_too_few_bars_say_nothing(timeframe: str) -> None:
    shortest = min(pattern.warm_up for pattern in PATTERNS)
    for seed in range(5):
        bars = on(timeframe, random_bars(shortest - 1, rows=[0], seed=seed))
        assert entries_of(engine_of(timeframe).update(bars)) == []


def standing_still(price: float, tick: float, step: float, seed: int) -> ClosedBars:
    """Return one-tick bars whose price steps once in 300 bars and else stands still."""
    dice = np.random.default_rng(seed)
    steps = np.repeat(np.cumsum(dice.integers(-1, 2, 5)), 300) * step
    bars = random_bars(1_500, rows=[0], seed=seed)
    close = price + steps
    return replace(
        bars,
        open=close,
        high=close + tick,
        low=close,
        close=close,
        vwap=close + tick / 2.0,
        volume=np.full(1_500, 100.0),
    )


@every_timeframe
@pytest.mark.parametrize("price", [10.1, 33.33, 123.45])
def test_a_price_that_stands_still_says_nothing(timeframe: str, price: float) -> None:
    """Sums of equal numbers differ in their last bits; no rule may take that for a cross."""
    for seed in range(6):
        for tick in (0.0, 0.01):
            bars = on(timeframe, standing_still(price, tick, 0.01, seed))
            late = {int(bars.start_ms[i]) for i in range(1_500) if i % 300 > 204}
            log = entries_of(engine_of(timeframe).update(bars))
            said = [entry for entry in log if entry.bar_time_ms in late]
            assert said == []


def test_a_price_that_stood_still_has_not_been_below_its_vwap() -> None:
    """Forty prices stand still; the last bar of each moves by five cents, of half of them down."""
    rows = range(40)
    bars = random_bars(120, rows=rows)
    close = np.round(10.1 + 3.37 * bars.row, 2)
    close[-40:] += np.where(bars.row[-40:] % 2 == 0, 0.05, -0.05)
    still = replace(bars, open=close, high=close, low=close, close=close, vwap=close)
    moving = replace(still, high=close + 0.001)
    symbols = tuple(f"S{row}" for row in rows)
    log = entries_of(SignalEngine(symbols, "1min", "intraday", lambda _: 0).update(moving))
    assert [entry for entry in log if entry.pattern.startswith("VWAP")] == []


def test_a_single_step_crosses_averages_in_its_own_direction_only() -> None:
    """Both averages end at the new price; in which order their last bits do is no cross."""
    rows = range(40)
    bars = random_bars(520, rows=rows)
    up = bars.row % 2 == 0
    stepped = np.arange(len(bars)) >= 260 * 40
    close = np.round(10.1 + 3.37 * bars.row, 2) + np.where(up, 0.05, -0.05) * stepped
    still = replace(bars, open=close, high=close + 0.01, low=close, close=close, vwap=close)
    symbols = tuple(str(row) for row in rows)
    log = entries_of(SignalEngine(symbols, "1min", "intraday", lambda _: 0).update(still))
    crosses = [entry for entry in log if entry.pattern.endswith("_Cross")]
    assert len(crosses) >= 40
    for entry in crosses:
        assert entry.direction == ("bullish" if int(entry.symbol) % 2 == 0 else "bearish"), entry


def test_bars_of_one_tick_show_no_candlestick() -> None:
    """A cent either way is the least a price can move: TA-Lib calls each such bar a doji."""
    dice = np.random.default_rng(2)
    bars = random_bars(1_000, rows=[0])
    bottom = 10.0 + 0.01 * dice.integers(0, 2, 1_000)
    opened, close = (bottom + 0.01 * dice.integers(0, 2, 1_000) for _ in range(2))
    ticks = replace(bars, open=opened, high=bottom + 0.01, low=bottom, close=close, vwap=bottom)
    update = engine_of("1min").update(ticks)
    families = {pattern.name for pattern in PATTERNS if pattern.family == "candlestick"}
    assert update.indicators.candles.any()
    assert {entry.pattern for entry in entries_of(update)} & families == set()


SPLITS = (
    ("AAPL", "2000-06-21"),
    ("AAPL", "2005-02-28"),
    ("AAPL", "2014-06-09"),
    ("AAPL", "2020-08-31"),
    ("AIG", "2000-07-31"),
    ("BAC", "2004-08-30"),
    ("EEM", "2005-06-09"),
    ("EEM", "2008-07-24"),
    ("GOOG", "2014-04-03"),
    ("IBM", "1999-05-27"),
    ("IWM", "2005-06-09"),
    ("QQQ", "2000-03-20"),
    ("USO", "2020-04-29"),
)
"""As recorded raw: 2:1, 2:1, 7:1, 4:1, 3:2, 2:1, 3:1, 3:1, 2:1, 2:1, 2:1, 2:1 and 1:8."""

RESTATED = (
    ("BAX", "2015-07-01"),
    ("EBAY", "2015-07-20"),
    ("NI", "2015-07-02"),
    ("DISCA", "2014-08-07"),
    ("NWL", "2017-09-14"),
    ("NWL", "2017-09-15"),
)
"""Spin-offs and a print that is none, split-adjusted as they are."""

NEWS = (("VRTX", "2013-04-19"), ("AMD", "2016-04-22"), ("VRTX", "2014-06-24"))
"""Moves of half a price and more that people did trade."""


def ms_of(day: str) -> int:
    return int(np.datetime64(day, "ms").astype(np.int64))


def raw_days(folder: Path, name: str) -> ClosedBars:
    frame = pd.read_parquet(folder / "lean" / "daily_raw.parquet")
    days = pd.to_datetime(frame["date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    frame = frame.assign(symbol=frame["symbol"].astype(str), start=days * DAY_MS)
    return closed_bars(frame, (name,))


def told_of(bars: ClosedBars, day: str, before: int, after: int) -> tuple[list[Any], int]:
    """Return the entries from a day on, for `after` bars, and the count of restated bars."""
    at = int(np.searchsorted(bars.start_ms, ms_of(day)))
    assert bars.start_ms[at] == ms_of(day)
    part = span(bars, max(at - before, 0), at + after)
    update = engine_of("daily").update(part)
    log = [entry for entry in entries_of(update) if entry.bar_time_ms >= ms_of(day)]
    return log, int(update.refused.get("restated", 0))


def assert_one_scale(log: list[Any]) -> None:
    """Check that no entry speaks of prices of another scale than its own."""
    for entry in log:
        drawn = [point["price"] for point in entry.geometry.get("points", [])]
        level = entry.geometry.get("level", entry.price)
        for price in (*drawn, level):
            assert 1 / 1.45 < price / entry.price < 1.45, entry


def assert_only_expiries(log: list[Any], at_ms: int, before_ms: int) -> None:
    """Check that until a time nothing is said but, at `at_ms`, that open signals expired."""
    said = {(entry.life, entry.bar_time_ms) for entry in log if entry.bar_time_ms < before_ms}
    assert said <= {("expired", at_ms)}


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "day"), SPLITS, ids=str)
def test_a_split_alerts_nobody(name: str, day: str, test_data: Path) -> None:
    log, restated = told_of(raw_days(test_data, name), day, before=400, after=60)
    assert restated >= 1
    assert_only_expiries(log, ms_of(day), ms_of(day) + 12 * DAY_MS)
    assert_one_scale(log)
    assert log


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "day"), RESTATED, ids=str)
def test_a_spin_off_or_a_bad_print_alerts_nobody(name: str, day: str, test_data: Path) -> None:
    bars = recorded_days(test_data, (name,)).bars
    log, restated = told_of(bars, day, before=300, after=100)
    assert restated >= 1
    assert_only_expiries(log, ms_of(day), ms_of(day) + 12 * DAY_MS)
    assert_one_scale(log)


@pytest.mark.real_data
def test_a_close_outside_its_own_bar_is_refused(test_data: Path) -> None:
    bars = recorded_days(test_data, ("LNT",)).bars
    update = engine_of("daily").update(bars)
    assert update.refused == {"unsound": 1}
    assert ms_of("2016-05-19") not in {entry.bar_time_ms for entry in entries_of(update)}


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "day"), NEWS, ids=str)
def test_a_move_that_was_traded_is_told(name: str, day: str, test_data: Path) -> None:
    bars = recorded_days(test_data, (name,)).bars
    log, _ = told_of(bars, day, before=300, after=2)
    assert {"Volume_Spike", "Unusual_Range"} <= {
        entry.pattern for entry in log if entry.bar_time_ms == ms_of(day)
    }


@pytest.mark.real_data
def test_the_split_of_apple_and_its_bad_tick_alert_nobody(test_data: Path) -> None:
    """Its first minute, before the market opens, prints the old 645.57 and closes at 92.42."""
    market = recorded_minutes(test_data, ("AAPL",))
    split = int(market.bars.start_ms[np.flatnonzero(market.bars.close < 120.0)[0]])
    update = market.engine().update(market.bars)
    log = [entry for entry in entries_of(update) if entry.bar_time_ms >= split]
    assert update.refused == {"restated": 1}
    assert_only_expiries(log, split, split + 14 * 60_000)
    expired = [entry for entry in log if entry.bar_time_ms == split]
    assert {entry.after["exit_price"] for entry in expired} == {645.7}
    assert_one_scale(log)
    assert len(log) > 200


@pytest.mark.real_data
def test_a_halt_leaves_no_false_trace(test_data: Path) -> None:
    """With an hour cut out the rest says what it says anyway, or what the hole itself explains."""
    market = recorded_minutes(test_data, ("GOOG",))
    bars = market.bars
    cut = join([span(bars, 0, 600), span(bars, 660, len(bars))])
    log = entries_of(market.engine().update(cut))
    resumed = int(bars.start_ms[660])
    assert_sane(log)
    first = [entry for entry in log if entry.bar_time_ms == resumed]
    moved = abs(bars.open[660] / bars.close[599] - 1.0)
    assert moved > 0.005 or not [entry for entry in first if entry.pattern.startswith("Gap")]
