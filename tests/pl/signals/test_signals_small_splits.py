"""Splits of less than 1.4 and spin-offs alert nobody; moves that were traded do."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars, Float64, Int64
from pl.signals.engine import SignalEngine
from pl.signals.restated import USUAL_BARS, is_restated
from pl.signals.signal import Signal
from tests.pl.signals.laws.markets import Market, day_frame, recorded_days
from tests.pl.signals.synthetic import DAY_MS, random_bars

RATIOS = (5 / 4, 4 / 3, 6 / 5, 11 / 10, 1.25 / 1.02)
MISLED = {"Gap_Down", "New_52_Week_Low", "New_20_Day_Low", "Unusual_Range"}
SPLIT = 320
DAYS = 330
DRAWN = 20_000
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "witnesses.md"
Tables = list[tuple[Int64, Float64]]
OPEN_MS = (13 * 60 + 30) * MINUTE_MS


def rescaled(bars: ClosedBars, first: int, ratio: float, volume: float) -> ClosedBars:
    """Let prices go on at a fraction from a bar on, on so many times the volume."""
    after = np.arange(len(bars)) >= first
    names = ("open", "high", "low", "close", "vwap")
    prices = {
        name: np.where(after, getattr(bars, name) / ratio, getattr(bars, name)) for name in names
    }
    there = np.arange(len(bars)) == first
    return replace(bars, **prices, volume=np.where(there, bars.volume * volume, bars.volume))


def days(ratio: float, volume: float) -> ClosedBars:
    bars = random_bars(DAYS, rows=[0], seed=6)
    bars = replace(bars, volume=np.full(DAYS, 1e6), start_ms=DAY_MS * np.arange(DAYS))
    return rescaled(bars, SPLIT, ratio, volume)


def sessions(ratio: float, volume: float) -> ClosedBars:
    """Minutes of four sessions; the last one begins at another price."""
    bars = random_bars(4 * 390, rows=[0], seed=7)
    minute = np.arange(4 * 390)
    start = 19_000 * DAY_MS + OPEN_MS + minute // 390 * DAY_MS + minute % 390 * MINUTE_MS
    bars = replace(bars, start_ms=start, volume=np.where(minute % 390 == 0, 9e4, 1e3))
    return rescaled(bars, 3 * 390, ratio, volume)


def said(bars: ClosedBars, timeframe: str, since_ms: int) -> set[str]:
    log: list[Signal] = []
    engine = SignalEngine(("A",), timeframe, "daily", lambda _: 0, session_bars=2_000)
    log = engine.update(bars).signals
    return {entry.pattern for entry in log if entry.bar_time_ms >= since_ms}


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_small_split_of_days_is_silent(ratio: float) -> None:
    bars = days(ratio, ratio)
    assert not said(bars, "daily", int(bars.start_ms[SPLIT])) & MISLED


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_fall_of_that_size_that_was_traded_is_told(ratio: float) -> None:
    bars = days(ratio, 4.0)
    assert {"Gap_Down", "Unusual_Range"} <= said(bars, "daily", int(bars.start_ms[SPLIT]))


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_small_split_over_a_night_is_silent_in_minutes(ratio: float) -> None:
    bars = sessions(ratio, 1.0)
    since = int(bars.start_ms[3 * 390])
    assert not said(bars, "1min", since) & {"Gap_Down", "Unusual_Range"}
    traded = sessions(ratio, 4.0)
    assert {"Gap_Down", "Unusual_Range"} <= said(traded, "1min", since)


def test_ordinary_jumps_are_no_splits() -> None:
    """Of 7 %, and of 13 % (no ratio of a split), on the usual volume."""
    for ratio in (1.07, 1.13):
        bars = days(ratio, 1.0)
        assert "Gap_Down" in said(bars, "daily", int(bars.start_ms[SPLIT]))


def silenced(market: Market) -> tuple[int, int]:
    """Return how many gaps of 8 to 40 % of recorded days are taken for splits, and of how many."""
    n = taken = 0
    for starts, table in tables(market):
        before, first = table[:-1, 3], table[1:, 0]
        gap = np.maximum(before / first, first / before)
        places = np.flatnonzero((gap >= 1.08) & (gap < 1.4)) + 1
        n += len(places)
        taken += sum(is_restated(starts, table, int(i)) for i in places if i >= 20)
    return taken, n


def tables(market: Market) -> Tables:
    """Return starts and sound prices of each stock's days."""
    found = []
    for row in range(len(market.symbols)):
        bars = market.bars.take(market.bars.row == row)
        columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap]
        table = np.column_stack(columns)
        kept = np.isfinite(table[:, :5]).all(axis=1)
        found.append((bars.start_ms[kept], table[kept]))
    return found


def noticed(days_of: Tables, drawn: list[tuple[int, int]], ratio: float) -> float:
    """Return on how many of the drawn days a made-up split is taken for one, in percent."""
    n = 0
    for stock, day in drawn:
        starts, table = days_of[stock]
        seen = slice(day - USUAL_BARS, day + 1)
        bars = table[seen].copy()
        bars[-1, :4] /= ratio
        bars[-1, 4] *= ratio
        n += is_restated(starts[seen], bars, USUAL_BARS)
    return 100.0 * n / len(drawn)


@pytest.mark.real_data
def test_made_up_splits_are_noticed_as_often_as_the_page_says(test_data: Path) -> None:
    symbols = tuple(sorted(day_frame(test_data)["symbol"].unique()))
    dice = np.random.default_rng(1)
    long = [one for one in tables(recorded_days(test_data, symbols)) if len(one[0]) > 250]
    drawn = [
        (stock, int(dice.integers(USUAL_BARS, len(long[stock][0]))))
        for stock in dice.integers(0, len(long), DRAWN).tolist()
    ]
    told = re.findall(
        r"^\| (\d+):(\d+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE.read_text(), re.MULTILINE
    )
    assert len(told) == 6
    for new, old, split, reverse in told:
        ratio = int(new) / int(old)
        found = (noticed(long, drawn, ratio), noticed(long, drawn, 1.0 / ratio))
        assert found == pytest.approx((float(split), float(reverse)), abs=0.051), (new, old)


@pytest.mark.real_data
def test_real_gaps_are_rarely_taken_for_splits(test_data: Path) -> None:
    """The numbers stand in docs/reference/witnesses.md; most are splits and faults of the data."""
    symbols = tuple(sorted(day_frame(test_data)["symbol"].unique()))
    assert silenced(recorded_days(test_data, symbols)) == (56, 999)
