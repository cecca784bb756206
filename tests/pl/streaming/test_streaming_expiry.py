"""An event expires when the bar closes that would end its signal, by the market's sessions."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS
from pl.market.sessions import AlwaysOpenSessions, xnys_sessions
from pl.market.timeframes import end_after
from pl.signals.entries import Entries
from pl.signals.signal import Signal
from pl.streaming.expiry import Expiry
from tests.pl.streaming.fakes import T0, signal

NEW_YORK = xnys_sessions(date(2026, 1, 1), date(2027, 12, 31))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("timeframe", "start", "n_bars", "end"),
    [
        ("1min", "2026-11-24 15:00", 10, "2026-11-24 15:11"),
        ("1min", "2026-11-24 20:59", 0, "2026-11-24 21:00"),
        ("1min", "2026-11-24 20:55", 20, "2026-11-25 14:46"),
        ("1min", "2026-11-25 20:55", 20, "2026-11-27 14:46"),
        ("5min", "2026-11-27 17:55", 1, "2026-11-30 14:35"),
        ("15min", "2026-11-24 20:45", 27, "2026-11-27 14:45"),
        ("1hour", "2026-11-24 20:30", 7, "2026-11-25 21:00"),
        ("daily", "2026-11-24 05:00", 1, "2026-11-25 21:00"),
        ("daily", "2026-11-24 05:00", 2, "2026-11-27 18:00"),
        ("weekly", "2026-11-16 05:00", 1, "2026-11-27 18:00"),
        ("weekly", "2026-11-16 05:00", 6, "2026-12-31 21:00"),
    ],
)
def test_a_bar_so_many_later_closes_in_trading_time(
    timeframe: str, start: str, n_bars: int, end: str
) -> None:
    assert end_after(NEW_YORK, timeframe, ms(start), n_bars) == ms(end)


def test_an_event_expires_with_the_bar_that_would_end_its_signal() -> None:
    expiry = Expiry(AlwaysOpenSessions())
    at = {horizon: expiry.at(signal(horizon_bars=horizon)) for horizon in (10, 20, 120)}
    assert at == {n: (T0 + (n + 1) * MINUTE_MS) / 1000 for n in at}


def test_what_became_of_a_flow_expires_with_the_flow() -> None:
    expiry = Expiry(AlwaysOpenSessions())
    ended = signal(life="failed", bar_time_ms=T0 + 300_000, born_ms=T0)
    assert expiry.at(ended) == expiry.at(signal())


def test_a_combo_expires_with_its_session_at_the_latest() -> None:
    expiry = Expiry(NEW_YORK)
    late = {"bar_time_ms": ms("2026-11-24 20:50"), "horizon_bars": 20}
    assert expiry.at(signal(tier="combo", **late)) * 1000 == ms("2026-11-24 21:00")
    assert expiry.at(signal(**late)) * 1000 == ms("2026-11-25 14:41")


def test_a_week_beyond_the_calendar_is_counted_in_days() -> None:
    week = {"timeframe": "weekly", "tier": "daily", "bar_time_ms": ms("2027-11-15 05:00")}
    at = Expiry(NEW_YORK).at(signal(**week, horizon_bars=120))
    assert at * 1000 == ms("2027-11-19 21:00") + 120 * 7 * 86_400_000


def over(at: str, *horizons: int, tier: str = "intraday", start: str) -> list[int]:
    """Return the horizons of signals of a bar that are over by a time."""
    found = [signal(horizon_bars=n, tier=tier, bar_time_ms=ms(start)) for n in horizons]
    entries, places = Entries.of(found, {"AAPL": 0}), np.arange(len(horizons))
    left = Expiry(NEW_YORK).over(entries, places, "1min", tier, ms(at))
    return [horizons[k] for k in left.tolist()]


def test_a_signal_is_over_when_the_last_bar_that_it_may_see_has_closed() -> None:
    start = "2026-11-24 15:00"
    assert over("2026-11-24 15:01", 10, 20, start=start) == []
    assert over("2026-11-24 15:11", 10, 20, start=start) == [10]
    assert over("2026-11-24 15:21", 10, 20, start=start) == [10, 20]


def test_a_signal_of_the_evening_is_not_over_in_the_morning() -> None:
    start = "2026-11-24 20:55"
    assert over("2026-11-25 14:35", 10, 20, start=start) == []
    assert over("2026-11-25 14:36", 10, 20, start=start) == [10]


def test_a_combo_on_the_last_bar_of_its_session_is_over_at_once() -> None:
    assert over("2026-11-24 21:00", 20, tier="combo", start="2026-11-24 20:58") == [20]
    assert over("2026-11-24 21:00", 20, tier="combo", start="2026-11-24 20:59") == [20]
    assert over("2026-11-24 20:59", 20, tier="combo", start="2026-11-24 20:58") == []


def test_what_is_fresh_is_not_written_out() -> None:
    fresh = replace(Entries.of([signal()], {"AAPL": 0}), write=_refuse)
    at = np.arange(1)
    assert len(Expiry(AlwaysOpenSessions()).over(fresh, at, "1min", "intraday", T0 + 1)) == 0


def _refuse(places: np.ndarray) -> list[Signal]:
    assert len(places) == 0, "expected nothing to be written"
    return []
