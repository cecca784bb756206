"""What belongs to a session begins again with it, on recorded bars of every intraday timeframe."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.table import IndicatorTable
from tests.pl.signals.laws.markets import Market, new_york, recorded_longer, recorded_minutes
from tests.pl.signals.pivot_levels import PIVOTS
from tests.pl.signals.synthetic import changed, engine, join, random_bars, span

pytestmark = pytest.mark.real_data

SYMBOLS = ("AAPL", "IBM", "GOOG")
TIMEFRAMES = ("1min", "5min", "15min", "1hour")


def regular_minutes(folder: Path) -> Market:
    market = recorded_minutes(folder, SYMBOLS)
    inside = new_york(2008, 2023).regular(market.bars.start_ms)
    return replace(market, bars=market.bars.take(inside))


def recorded(folder: Path, timeframe: str) -> Market:
    if timeframe == "1min":
        return regular_minutes(folder)
    return recorded_longer(folder, timeframe, SYMBOLS)


def as_frame(bars: ClosedBars) -> pd.DataFrame:
    names = ("row", "start_ms", "open", "high", "low", "close", "volume")
    frame = pd.DataFrame({name: getattr(bars, name) for name in names})
    clock = pd.to_datetime(frame["start_ms"], unit="ms", utc=True)
    return frame.assign(day=clock.dt.tz_convert("America/New_York").dt.date)


def by_pandas(bars: ClosedBars) -> pd.DataFrame:
    """Return the sums of each session by pandas' own grouping."""
    frame = as_frame(bars)
    groups = [frame["row"], frame["day"]]
    price = (frame["high"] + frame["low"] + frame["close"]) / 3.0
    shares = frame["volume"].groupby(groups).cumsum()
    middle = (price * frame["volume"]).groupby(groups).cumsum() / shares
    squares = (price**2 * frame["volume"]).groupby(groups).cumsum() / shares - middle**2
    spread = 2.0 * np.sqrt(squares.clip(lower=0.0))
    return pd.DataFrame(
        {
            "vwap": middle,
            "vwap_upper": middle + spread,
            "vwap_lower": middle - spread,
            "session_high": frame["high"].groupby(groups).cummax(),
            "session_low": frame["low"].groupby(groups).cummin(),
        }
    )


def same_rows(found: IndicatorTable, expected: IndicatorTable) -> None:
    """Compare the rows of the bars that both have, bit by bit, where both warm-ups are over."""
    places = {key: n for n, key in enumerate(keys_of(expected))}
    chosen = [places[key] for key in keys_of(found)]
    np.testing.assert_array_equal(found.values, expected.values[chosen])


def keys_of(table: IndicatorTable) -> list[tuple[int, int]]:
    return list(zip(table.row.tolist(), table.start_ms.tolist(), strict=True))


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_session_columns_are_those_of_the_session(timeframe: str, test_data: Path) -> None:
    market = recorded(test_data, timeframe)
    found, expected = market.engine().update(market.bars).indicators, by_pandas(market.bars)
    for name in ("session_high", "session_low"):
        np.testing.assert_array_equal(found.column(name), expected[name], err_msg=name)
    for name in ("vwap", "vwap_upper", "vwap_lower"):
        wide = 1e-4 if name != "vwap" else 1e-9  # pandas' squares lose digits, ours do not
        close = np.isclose(found.column(name), expected[name], rtol=wide, atol=0.0)
        assert close.all(), (name, market.bars.start_ms[~close][:5])


@pytest.mark.parametrize("timeframe", ["daily", "weekly"])
def test_a_bar_of_a_day_or_a_week_is_its_own_session(timeframe: str, test_data: Path) -> None:
    market = recorded(test_data, "1hour")
    days = replace(market, timeframe=timeframe, session_bars=2_000)
    found = days.engine().update(days.bars).indicators
    np.testing.assert_array_equal(found.column("session_high"), days.bars.high)
    np.testing.assert_array_equal(found.column("session_low"), days.bars.low)


@pytest.mark.parametrize("timeframe", ["5min", "15min", "1hour"])
def test_a_restart_inside_a_session_goes_on_with_its_columns(
    timeframe: str, test_data: Path
) -> None:
    market = recorded(test_data, timeframe)
    whole = market.engine().update(market.bars).indicators
    for stop in range(61, len(market.bars), 97):
        stop_ms = market.bars.start_ms[stop]
        before = market.bars.take(market.bars.start_ms < stop_ms)
        rest = market.bars.take(market.bars.start_ms >= stop_ms)
        same_rows(market.restarted(before).update(rest).indicators, whole)


@pytest.mark.parametrize("timeframe", ["15min", "1hour"])
def test_a_revised_bar_corrects_its_session_alone(timeframe: str, test_data: Path) -> None:
    """A high of the month's second session, revised from its last: later sessions keep theirs."""
    market = recorded_longer(test_data, timeframe, ("IBM",))
    bars, place = market.bars, 20 if timeframe == "15min" else 5
    wrong = changed(bars, place, high=float(bars.high[place]) + 9.0, revision=0)
    running = market.engine()
    running.update(join([span(bars, 0, place), wrong, span(bars, place + 1, len(bars))]))
    mended = running.update(changed(bars, place)).indicators
    whole = market.engine().update(bars).indicators
    assert len(mended)
    same_rows(mended, whole)


class MarketDays:
    """Know which trading day follows a day."""

    def __init__(self) -> None:
        days = [session.session_date for session in new_york(2008, 2023).sessions]
        self.after = dict(pairwise(days))


def sessions_before(bars: ClosedBars, days_of: MarketDays) -> pd.DataFrame:
    """Return high, low and close of the trading day before that of each bar, NaN without one."""
    frame = as_frame(bars)
    of_day = frame.groupby(["row", "day"], as_index=False).agg(
        {"high": "max", "low": "min", "close": "last"}
    )
    of_day["day"] = of_day["day"].map(days_of.after)
    return frame[["row", "day"]].merge(of_day, how="left", on=["row", "day"])


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_pivot_points_are_those_of_the_session_before(timeframe: str, test_data: Path) -> None:
    market = recorded(test_data, timeframe)
    found = market.engine().update(market.bars).indicators
    before = sessions_before(market.bars, MarketDays())
    high, low, close = before["high"], before["low"], before["close"]
    assert 0.1 < high.notna().mean() < 0.9
    for name, level in PIVOTS.items():
        expected = level((high + low + close) / 3.0, high, low, close)
        np.testing.assert_allclose(found.column(name), expected, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("timeframe", ["daily", "weekly"])
def test_pivot_points_of_days_and_weeks_are_those_of_the_bar_before(timeframe: str) -> None:
    bars = random_bars(30, rows=[0], seed=4)
    found = SignalEngine(("A",), timeframe, "daily", lambda _: 0).update(bars).indicators
    high, low, close = (np.append(np.nan, x[:-1]) for x in (bars.high, bars.low, bars.close))
    for name, level in PIVOTS.items():
        expected = level((high + low + close) / 3.0, high, low, close)
        np.testing.assert_allclose(found.column(name), expected, rtol=1e-12, err_msg=name)


def test_half_a_session_gives_no_pivot_points() -> None:
    """History that begins inside the session before does not know its high and low."""
    bars = random_bars(2_000, rows=[0])
    known, half = (
        engine(("A",)).update(bars.take(np.arange(first, 2_000))).indicators for first in (0, 1)
    )
    assert np.isfinite(known.column("pivot")[1_440:]).all()
    assert np.isnan(half.column("pivot")).all()
