"""The laws on recorded minute bars, pre- and after-market, a split and a bad tick included."""

from pathlib import Path

import pytest

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.policy import Policy
from pl.signals.signal import Signal
from tests.pl.signals.laws.markets import closed_bars, minute_frame
from tests.pl.signals.synthetic import span

pytestmark = pytest.mark.real_data

OPEN_MS = (13 * 60 + 30) * 60_000
DAY_MS = 86_400_000
CEILING = 40.0


def session_open(start_ms: int) -> int:
    """Anchor at 13:30 UTC, which is New York's open on most of the recorded days."""
    return (start_ms - OPEN_MS) // DAY_MS * DAY_MS + OPEN_MS


def new_engine() -> SignalEngine:
    return SignalEngine(("REAL",), "1min", "intraday", session_open)


@pytest.fixture(scope="module")
def recorded(test_data: Path) -> dict[str, ClosedBars]:
    frame = minute_frame(test_data)
    return {name: closed_bars(frame, (name,)) for name in sorted(frame["symbol"].unique())}


def one_by_one(bars: ClosedBars) -> list[Signal]:
    running = new_engine()
    return [
        entry for i in range(len(bars)) for entry in running.update(span(bars, i, i + 1)).signals
    ]


def test_no_entry_of_the_log_depends_on_a_later_bar(recorded: dict[str, ClosedBars]) -> None:
    for bars in recorded.values():
        assert repr(one_by_one(bars)) == repr(new_engine().update(bars).signals)


def test_a_restart_at_any_bar_gives_the_rest_of_the_log(recorded: dict[str, ClosedBars]) -> None:
    for bars in recorded.values():
        log = new_engine().update(bars).signals
        for stop in range(37, len(bars), 397):
            again = new_engine()
            again.warm(0, span(bars, 0, stop))
            rest = again.update(span(bars, stop, len(bars))).signals
            since = bars.start_ms[stop]
            assert repr(rest) == repr([entry for entry in log if entry.bar_time_ms >= since])


def test_alerts_stay_below_the_ceiling_for_70_symbols(recorded: dict[str, ClosedBars]) -> None:
    minutes = published = 0
    for bars in recorded.values():
        policy = Policy(1, "1min", "intraday")
        published += len(policy.choose(new_engine().update(bars).entries))
        minutes += len(bars)
    assert 1.0 < 70.0 * published / minutes < CEILING
