"""A session's close is the close of the day, and daily alerts go where the contract says."""

import numpy as np

from contracts.names import EVENTS_PATTERNS, PATTERNS_DETECTED, PATTERNS_STREAMING
from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.folding import Folding
from pl.market.sessions import DAY_MS, AlwaysOpenSessions
from pl.market.timeframes import TIMEFRAMES
from pl.streaming.closing import Closing
from pl.streaming.events import Circumstances, build_event
from pl.streaming.flows import KEEP_MS
from pl.streaming.frames import build_frame
from tests.pl.streaming.fakes import SYMBOLS, T0, Collected, closed
from tests.pl.streaming.made_closing import closing_of

SESSIONS = AlwaysOpenSessions()
TODAY = T0 // DAY_MS * DAY_MS


def days_before(n: int) -> ClosedBars:
    """Quiet days that go up and down by a little."""
    prices = 100.0 + np.sin(np.arange(n))
    rows = [(0, TODAY - (n - i) * DAY_MS, float(price)) for i, price in enumerate(prices)]
    return closed(*rows, volume=100_000.0)


def daily_closing(road: Collected, writer: Collected) -> Closing:
    frames = {name: build_frame(name, SYMBOLS, SESSIONS, 0) for name in ("1min", "daily")}
    frames["daily"].warm({0: days_before(80)})
    return closing_of(frames, Folding(SESSIONS, len(SYMBOLS), from_ms=TODAY), road, writer)


def test_the_close_of_the_day_brings_alerts_of_the_daily_tier() -> None:
    road, writer = Collected(), Collected()
    closing = daily_closing(road, writer)
    minutes = [(0, TODAY + n * 10 * MINUTE_MS, 101.0 + 0.1 * n) for n in range(144)]
    closing.pass_on(closed(*minutes, volume=5_000.0), 0.0, TODAY + DAY_MS - MINUTE_MS)
    before = [found for found, _ in road.found if found.tier == "daily"]
    closing.pass_on(ClosedBars.empty(), 0.0, TODAY + DAY_MS)
    daily = [found for found, _ in road.found if found.tier == "daily"]
    assert before == []
    assert {"Price_Breakout", "Volume_Spike"} <= {found.pattern for found in daily}
    assert {(found.timeframe, found.bar_time_ms) for found in daily} == {("daily", TODAY)}
    stored = [close for close in writer.items if close.timeframe == "daily"]
    assert [close.bars.start_ms.tolist() for close in stored] == [[TODAY]]
    assert [len(close.indicators) for close in stored] == [1]
    event = build_event(
        daily[0], 1, Circumstances(T0 / 1000, T0 / 1000, T0 / 1000, "live", "streaming")
    )
    assert [name for name, _ in event.messages] == [EVENTS_PATTERNS, PATTERNS_DETECTED]
    assert PATTERNS_STREAMING not in dict(event.messages)


def test_flows_are_remembered_longer_the_longer_their_bars_are() -> None:
    assert list(KEEP_MS) == list(TIMEFRAMES)
    assert list(KEEP_MS.values()) == sorted(KEEP_MS.values())
