"""The opening range is the session's first 30 minutes, and a high stands for 30, on any frame."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.signal import Signal
from pl.signals.timeframes import TIMEFRAME_MS
from tests.pl.signals.synthetic import DAY_MS, confirmed, day_open, random_bars

FRAMES = ("1min", "5min", "15min")
BEFORE = 96
"""Bars of the day before, so that mean ranges are known."""


def quiet(timeframe: str, minutes: list[int]) -> ClosedBars:
    """Bars at 100 USD: a day before, then those that start so many minutes after midnight."""
    step = TIMEFRAME_MS[timeframe]
    before = 19_001 * DAY_MS - step * np.arange(BEFORE, 0, -1)
    start = np.concatenate([before, 19_001 * DAY_MS + np.array(minutes) * MINUTE_MS])
    n = len(start)
    flat = np.full(n, 100.0)
    return replace(
        random_bars(n, rows=[0]),
        start_ms=start,
        open=flat,
        high=flat + 0.5,
        low=flat - 0.5,
        close=flat,
        volume=np.full(n, 1_000.0),
        vwap=flat,
    )


def closing_at(bars: ClosedBars, place: int, close: float) -> ClosedBars:
    """Let one bar close elsewhere."""
    high, low, closes = bars.high.copy(), bars.low.copy(), bars.close.copy()
    closes[place] = close
    high[place], low[place] = max(high[place], close), min(low[place], close)
    return replace(bars, high=high, low=low, close=closes)


def fired(bars: ClosedBars, timeframe: str, name: str) -> list[Signal]:
    log = SignalEngine(("A",), timeframe, "intraday", day_open).update(bars).signals
    return [entry for entry in confirmed(log) if entry.pattern == name]


def minutes_of(timeframe: str, n_minutes: int) -> list[int]:
    return list(range(0, n_minutes, TIMEFRAME_MS[timeframe] // MINUTE_MS))


@pytest.mark.parametrize("timeframe", FRAMES)
def test_the_first_close_beyond_thirty_minutes_breaks_the_range(timeframe: str) -> None:
    bars = quiet(timeframe, minutes_of(timeframe, 180))
    first_after = BEFORE + 30 * MINUTE_MS // TIMEFRAME_MS[timeframe]
    (found,) = fired(closing_at(bars, first_after, 102.0), timeframe, "Opening_Range_Break")
    assert found.bar_time_ms == 19_001 * DAY_MS + 30 * MINUTE_MS
    assert found.levels["stop"] < 100.5
    assert "first 30 minutes" in found.reason
    assert "in the bar that began 30 minutes into the session" in found.reason
    inside = closing_at(bars, first_after - 1, 102.0)
    assert not fired(inside, timeframe, "Opening_Range_Break")


def test_the_opening_range_goes_by_the_clock_where_minutes_are_missing() -> None:
    minutes = [0, 3, 9, 21, 29, 34, 36, 60, 61]
    bars = closing_at(quiet("1min", minutes), BEFORE + 5, 102.0)
    (found,) = fired(bars, "1min", "Opening_Range_Break")
    assert found.bar_time_ms == 19_001 * DAY_MS + 34 * MINUTE_MS


@pytest.mark.parametrize("timeframe", FRAMES)
def test_without_a_bar_in_the_first_thirty_minutes_there_is_no_range(timeframe: str) -> None:
    late = [minute for minute in minutes_of(timeframe, 400) if minute >= 30]
    bars = closing_at(quiet(timeframe, late), BEFORE + 10, 102.0)
    assert not fired(bars, timeframe, "Opening_Range_Break")


@pytest.mark.parametrize("timeframe", FRAMES)
def test_a_high_of_the_session_has_stood_for_thirty_minutes(timeframe: str) -> None:
    step = TIMEFRAME_MS[timeframe] // MINUTE_MS
    bars = quiet(timeframe, minutes_of(timeframe, 180))
    top = closing_at(bars, BEFORE, 101.0)
    early = BEFORE + 30 // step - 1
    assert not fired(closing_at(top, early, 102.0), timeframe, "New_Session_High")
    (found,) = fired(closing_at(top, early + 1, 102.0), timeframe, "New_Session_High")
    assert "30 minutes" in found.reason


def test_hours_are_longer_than_both() -> None:
    bars = quiet("1hour", minutes_of("1hour", 1_200))
    bars = closing_at(bars, BEFORE + 8, 102.0)
    assert not fired(bars, "1hour", "Opening_Range_Break")
    assert not fired(bars, "1hour", "New_Session_High")
