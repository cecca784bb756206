"""Each market event fires where its plain twin does, on lively and on recorded bars."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.registry import PATTERN_NAMES, PATTERNS
from pl.signals.signal import Signal
from tests.pl.signals.naive_events import TWINS, Past
from tests.pl.signals.synthetic import (
    DAY_MS,
    FIRST_OPEN_MS,
    confirmed,
    day_open,
    lively_bars,
    log_of,
    pauses,
    random_bars,
    span,
)

SESSION_MS = 390 * 60_000
OPEN_MS = (13 * 60 + 30) * 60_000
RARE = {"Golden_Cross", "Death_Cross", "New_52_Week_High", "New_52_Week_Low"}


def in_sessions(bars: ClosedBars) -> ClosedBars:
    """Return the bars of one row in days of 390 minutes and a few without a bar."""
    minute = np.arange(len(bars))
    within = minute % 390 + np.resize(pauses(390, 100), len(bars))
    start = FIRST_OPEN_MS + minute // 390 * DAY_MS + within * 60_000
    return replace(bars, start_ms=start.astype(np.int64))


@cache
def lively() -> ClosedBars:
    return in_sessions(lively_bars(6000, rows=[0], seed=12))


def as_days(bars: ClosedBars) -> ClosedBars:
    return replace(bars, start_ms=FIRST_OPEN_MS + np.arange(len(bars), dtype=np.int64) * DAY_MS)


def expected(
    name: str, bars: ClosedBars, open_of: Callable[[int], int] = day_open
) -> dict[int, str]:
    warm_up = PATTERNS[PATTERN_NAMES.index(name)].warm_up
    lists = [getattr(bars, c).tolist() for c in ("open", "high", "low", "close", "volume", "vwap")]
    times = bars.start_ms.tolist()
    days = [open_of(ms) for ms in times]
    found, first = {}, 0
    for i in range(len(bars)):
        first = i if i == 0 or days[i] != days[i - 1] else first
        if i + 1 < warm_up:
            continue
        begin = max(min(first, i + 1 - warm_up), 0)
        verdict = TWINS[name](
            Past(*(c[begin : i + 1] for c in lists), first - begin, times[begin : i + 1], days[i])
        )
        if verdict:
            found[int(bars.start_ms[i])] = verdict
    return found


def found(name: str, log: list[Signal]) -> dict[int, str]:
    return {entry.bar_time_ms: entry.direction for entry in confirmed(log) if entry.pattern == name}


def on_days(name: str) -> bool:
    return "1min" not in PATTERNS[PATTERN_NAMES.index(name)].timeframes


@cache
def lively_log(timeframe: str) -> list[Signal]:
    bars = as_days(lively()) if timeframe == "daily" else lively()
    return log_of(bars, timeframe=timeframe)


@pytest.mark.parametrize("name", TWINS)
def test_an_event_fires_where_its_plain_twin_does(name: str) -> None:
    bars = as_days(lively()) if on_days(name) else lively()
    wanted = expected(name, bars)
    assert len(wanted) >= (2 if name in RARE else 4)
    assert found(name, lively_log("daily" if on_days(name) else "1min")) == wanted


def test_every_event_has_a_twin() -> None:
    events = {pattern.name for pattern in PATTERNS if pattern.family == "event"}
    first_four = {"Volume_Spike", "Price_Breakout", "Support_Test", "Resistance_Break"}
    assert set(TWINS) == events - first_four


@pytest.mark.real_data
@pytest.mark.parametrize("name", TWINS)
def test_an_event_fires_where_its_twin_does_on_recorded_bars(name: str, test_data: Path) -> None:
    if on_days(name):
        bars = recorded_days(test_data)
        log = SignalEngine(("R",), "daily", "daily", lambda _: 0, session_bars=1500).update(bars)
        wanted = expected(name, bars)
    else:
        bars = recorded_minutes(test_data)
        log = SignalEngine(("R",), "1min", "intraday", new_york_open).update(bars)
        wanted = expected(name, bars, new_york_open)
    assert found(name, log.signals) == wanted


def new_york_open(start_ms: int) -> int:
    """Return the 9:30 of the summer's weeks that are recorded, whose day begins with it."""
    return (start_ms - OPEN_MS) // DAY_MS * DAY_MS + OPEN_MS


@cache
def recorded_minutes(test_data: Path) -> ClosedBars:
    """Two weeks of IBM's minutes, pre- and after-market included."""
    frame = pd.read_parquet(test_data / "lean" / "minute_trade_bars.parquet")
    return columns_of(frame[frame["symbol"] == "IBM"].sort_values("t").drop_duplicates("t"), "t")


@cache
def recorded_days(test_data: Path) -> ClosedBars:
    frame = pd.read_parquet(test_data / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    one = frame[frame["symbol"] == "AAPL"].sort_values("date")
    at = pd.to_datetime(one["date"]).astype("datetime64[ns]").astype("int64") // 1_000_000
    return columns_of(one.assign(t=at), "t")


def columns_of(frame: pd.DataFrame, time: str) -> ClosedBars:
    bars = random_bars(len(frame), rows=[0])
    names = ("open", "high", "low", "close", "volume")
    prices = {name: frame[name].to_numpy(np.float64).copy() for name in names}
    sound = replace(
        bars,
        **prices,
        start_ms=frame[time].to_numpy(np.int64).copy(),
        vwap=(prices["high"] + prices["low"] + prices["close"]) / 3.0,
    )
    keep = (sound.high >= np.maximum(sound.open, sound.close)) & (sound.volume > 0)
    keep &= sound.low <= np.minimum(sound.open, sound.close)
    return sound.take(keep)


def test_a_golden_cross_names_both_averages() -> None:
    golden = [entry for entry in lively_log("1min") if entry.pattern == "Golden_Cross"]
    assert golden[0].reason.startswith("The mean of 50 closes, ")
    assert golden[0].direction == "bullish"


def test_a_bar_of_an_earlier_session_is_judged_by_the_sums_of_its_own() -> None:
    bars = lively()
    whole = SignalEngine(("R",), "1min", "intraday", day_open)
    whole.update(span(bars, 0, 1200))
    table = [
        entry
        for entry in confirmed(whole.recent(900).signals())
        if entry.pattern == "Opening_Range_Break"
    ]
    streamed = [
        entry
        for entry in confirmed(log_of(span(bars, 0, 1200)))
        if entry.pattern == table[0].pattern
    ]
    assert [e.bar_time_ms for e in table] == [e.bar_time_ms for e in streamed][-len(table) :]
