"""Five recorded days through the whole of Streaming at full speed: bars right to the share."""

import math
import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pl.market.sessions import xnys_sessions
from tests.pl.market.plain_bars import Bar, Trade, plain_bars
from tests.pl.market.recorded import SYMBOLS, recorded_trades
from tests.pl.streaming import longer_bars
from tests.pl.streaming.process import System, until

pytestmark = [pytest.mark.real_data, pytest.mark.integration]

N_TRADES = 2_793_812


@pytest.fixture(scope="module")
def witness(test_data: Path) -> dict[tuple[int, int], Bar]:
    """The bars by (start_ms, row), computed the plain way."""
    recorded = recorded_trades(test_data)
    columns = (recorded.row, recorded.t_ms, recorded.sequence, recorded.price, recorded.size)
    rows = zip(*(column.tolist() for column in (*columns, recorded.rule)), strict=True)
    return plain_bars(map(Trade._make, rows))


@pytest.fixture
def system(
    kernels: None, database: Any, redis_server: Any, test_data: Path, tmp_path: Path
) -> Iterator[System]:
    replayed = System(
        database.url,
        redis_server.url,
        {
            "PL_FEED": "replay",
            "PL_MARKET": "replay",
            "PL_REPLAY_PATH": str(test_data / "lean" / "tick_trades.parquet"),
            "PL_REPLAY_SPEED": "0",
        },
        tmp_path,
    )
    replayed.prepare(*SYMBOLS)
    yield replayed
    replayed.streaming.end(signal.SIGKILL)


def at_its_end(system: System) -> bool:
    return "at its end" in system.streaming.part("feed")["detail"]


def stored_bars(system: System) -> dict[tuple[int, int], Bar]:
    rows = system.ask(
        'SELECT symbol, "timestamp", open, high, low, close, volume, vwap, trade_count'
        " FROM ohlcv_1min"
    )
    return {
        (round(at.timestamp() * 1000), SYMBOLS.index(symbol)): Bar(*rest)
        for symbol, at, *rest in rows
    }


def assert_equal_bars(got: dict[tuple[int, int], Bar], want: dict[tuple[int, int], Bar]) -> None:
    named = lambda where: (SYMBOLS[where[1]], datetime.fromtimestamp(where[0] / 1000, UTC))  # noqa: E731
    missing = sorted(want.keys() - got.keys())
    assert not missing, f"{len(missing)} bars missing, first {named(missing[0])}"
    assert got.keys() == want.keys()
    wrong = [at for at, bar in want.items() if got[at][:5] != bar[:5] or got[at][6] != bar[6]]
    assert not wrong, f"{len(wrong)} bars differ, first {named(wrong[0])}: {got[wrong[0]]}"
    assert all(math.isclose(got[at].vwap, bar.vwap, rel_tol=1e-12) for at, bar in want.items())


def assert_longer_bars(system: System) -> None:
    """What is stored of 5 minutes to a week is what the stored minutes add up to."""
    sessions = xnys_sessions(date(2013, 1, 1), date(2014, 12, 31))
    monday, after = (int(datetime(2013, 10, day, tzinfo=UTC).timestamp() * 1000) for day in (7, 12))
    wrong = longer_bars.differing(system, sessions, monday, after)
    assert not wrong, f"{len(wrong)} longer bars differ (ours, folded): {wrong}"
    counts = system.ask(
        "SELECT (SELECT count(*) FROM ohlcv_daily), (SELECT count(*) FROM ohlcv_weekly),"
        " (SELECT count(DISTINCT timeframe) FROM indicator_rows_intraday),"
        " (SELECT count(*) FROM indicator_rows_daily WHERE timeframe = 'daily')"
    )
    assert counts == [(20, 4, 4, 20)]


def test_every_bar_of_five_days_equals_the_plain_one(
    system: System, witness: dict[tuple[int, int], Bar]
) -> None:
    system.start()
    began = time.monotonic()
    until(lambda: at_its_end(system), "the replay is at its end", 300)
    seconds = time.monotonic() - began
    detail = system.streaming.part("feed")["detail"]
    assert system.streaming.end() == 0
    assert_equal_bars(stored_bars(system), witness)
    events = re.search(r"(\d+) events, dropped (\d+)", detail)
    assert events is not None
    assert (int(events[1]), int(events[2])) == (N_TRADES, 0)
    assert_longer_bars(system)
    n_alerts = system.assert_each_event_once()
    print(f"{N_TRADES / seconds:,.0f} ticks/s, {len(witness)} bars, {n_alerts} alerts")


def test_a_replay_that_was_killed_goes_on_and_comes_to_the_same(
    system: System, witness: dict[tuple[int, int], Bar]
) -> None:
    for least in (1_000, 5_000):
        system.start()
        until(
            lambda least=least: system.ask("SELECT count(*) FROM ohlcv_1min")[0][0] > least,
            f"{least} bars are stored",
        )
        system.streaming.end(signal.SIGKILL)
    system.start()
    until(lambda: at_its_end(system), "the replay is at its end", 300)
    assert system.streaming.end() == 0
    assert_equal_bars(stored_bars(system), witness)
    assert_longer_bars(system)
    assert system.assert_each_event_once() > 0
