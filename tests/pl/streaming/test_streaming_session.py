"""Sessions begin and end with the market's calendar, whatever market it is."""

import json
import math
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
import pytest

from contracts.names import SESSION_STARTED, SESSION_STOPPED
from pl.market.aggregation import MinuteBars
from pl.market.sessions import AlwaysOpenSessions, MarketSessions, xnys_sessions
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters
from pl.streaming.session import NO_SESSION, SessionFollower
from tests.pl.streaming.fakes import SYMBOLS, Channels, Clock, closed, trades


def ms(text: str) -> int:
    """Unix milliseconds of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@cache
def new_york() -> MarketSessions:
    return xnys_sessions(date(2026, 1, 1), date(2026, 12, 31))


class Stage:
    def __init__(self, sessions: MarketSessions) -> None:
        self.channels = Channels()
        self.counters = Counters()
        self.bars = MinuteBars(len(SYMBOLS))
        self.clock = Clock()
        self.session = SessionFollower(
            sessions,
            self.bars,
            Announcer(self.channels.publish, SYMBOLS, 500),
            self.counters,
            "stock_etf_test:combo_test",
            "real",
            self.clock,
        )

    def follow(self, *times: str) -> None:
        for text in times:
            self.clock.now = ms(text) / 1000
            self.session.follow(ms(text))

    def trade(self, text: str, price: float) -> None:
        at = ms(text)
        self.bars.add_trades(trades((0, at, price), (0, at + 1, price)))

    @property
    def said(self) -> list[tuple[str, str]]:
        """What was announced and when, by the wall clock."""
        return [
            (c.rpartition("_")[2], json.loads(b)["timestamp"][:16]) for c, b in self.channels.said
        ]

    def message(self, channel: str) -> Any:
        return json.loads(self.channels.on(channel)[-1])


@pytest.fixture
def simulated() -> Stage:
    return Stage(AlwaysOpenSessions())


@pytest.fixture
def real() -> Stage:
    return Stage(new_york())


def test_a_simulated_session_is_a_day_of_utc(simulated: Stage) -> None:
    simulated.follow("2026-11-25T23:59:59", "2026-11-25T23:59:59.900", "2026-11-26T00:00:00.100")
    assert simulated.said == [
        ("started", "2026-11-25T23:59"),
        ("stopped", "2026-11-26T00:00"),
        ("started", "2026-11-26T00:00"),
    ]


def test_new_york_opens_and_closes(real: Stage) -> None:
    real.follow("2026-11-25T14:29:59", "2026-11-25T14:30:00", "2026-11-25T20:59:59")
    assert real.said == [("started", "2026-11-25T14:30")]
    assert real.session.session_id != NO_SESSION
    real.follow("2026-11-25T21:00:00", "2026-11-26T15:00:00")  # Thanksgiving
    assert real.said[1:] == [("stopped", "2026-11-25T21:00")]
    assert real.session.session_id == NO_SESSION


def test_new_york_closes_early_on_a_half_day(real: Stage) -> None:
    real.follow("2026-11-27T17:59:59", "2026-11-27T18:00:00")
    assert [what for what, _ in real.said] == ["started", "stopped"]


def test_before_the_first_event_of_a_replay_nothing_is_asked_of_the_calendar(real: Stage) -> None:
    real.session.follow(0)
    assert real.said == []


def test_a_session_ends_with_its_own_totals(simulated: Stage) -> None:
    simulated.counters.ticks = 10
    simulated.follow("2026-11-25T10:00:00")
    simulated.counters.ticks, simulated.counters.bars, simulated.counters.patterns = 25, 4, 2
    simulated.session.stop()
    simulated.session.stop()
    started, stopped = simulated.message(SESSION_STARTED), simulated.message(SESSION_STOPPED)
    assert len(simulated.channels.said) == 2
    assert stopped["session_id"] == started["session_id"]
    assert (stopped["total_ticks"], stopped["total_bars"], stopped["total_patterns"]) == (15, 4, 2)
    assert stopped["start_time"] == started["start_time"]
    assert stopped["symbol_universe_key"] == "stock_etf_test:combo_test"


def test_the_previous_close_is_the_last_regular_one_before_the_open(real: Stage) -> None:
    history = closed(
        (0, ms("2026-11-24T20:59"), 99.0),
        (0, ms("2026-11-24T22:00"), 95.0),  # after hours
        (0, ms("2026-11-25T14:00"), 96.0),  # before the market
        (0, ms("2026-11-25T14:30"), 97.0),
    )
    real.session.begin_day({0: history}, ms("2026-11-25T15:00"))
    assert real.bars.developing().previous_close[0] == 99.0
    assert math.isnan(real.bars.developing().previous_close[1])


def test_a_start_within_a_session_knows_what_it_has_traded(real: Stage) -> None:
    history = closed(
        (0, ms("2026-11-24T20:59"), 99.0),
        (0, ms("2026-11-25T14:29"), 96.0),  # before the market
        (0, ms("2026-11-25T14:30"), 97.0),
        (0, ms("2026-11-25T14:59"), 98.0),
        volume=500.0,
    )
    real.session.begin_day({0: history}, ms("2026-11-25T15:00"))
    real.follow("2026-11-25T15:00:00")
    real.trade("2026-11-25T15:00:01", 98.0)
    developing = real.bars.developing()
    assert (developing.day_volume[0], developing.day_open[0]) == (1_200.0, 97.0)


def test_started_on_a_weekend_the_previous_close_is_fridays(real: Stage) -> None:
    friday = closed((0, ms("2026-11-20T20:59"), 99.0))
    real.session.begin_day({0: friday}, ms("2026-11-21T12:00"))
    real.follow("2026-11-21T12:00:00", "2026-11-23T14:30:00")
    assert real.bars.developing().previous_close[0] == 99.0


def test_the_next_day_starts_from_the_close_of_this_one(simulated: Stage) -> None:
    simulated.session.begin_day({}, ms("2026-11-25T10:00"))
    simulated.follow("2026-11-25T10:00:00")
    simulated.trade("2026-11-25T23:59:58", 50.0)
    simulated.follow("2026-11-26T00:00:00.100")
    developing = simulated.bars.developing()
    assert (developing.previous_close[0], developing.day_volume[0]) == (50.0, 0.0)
    simulated.trade("2026-11-26T00:00:01", 55.0)
    assert simulated.bars.developing().day_open[0] == 55.0


def test_what_was_traded_before_the_open_is_no_close(real: Stage) -> None:
    real.session.begin_day({0: closed((0, ms("2026-11-24T20:59"), 99.0))}, ms("2026-11-25T13:00"))
    real.follow("2026-11-25T13:00:00")
    real.trade("2026-11-25T14:29:58", 90.0)
    real.follow("2026-11-25T14:30:00.100")
    assert real.bars.developing().previous_close[0] == 99.0


def test_a_restart_within_a_session_keeps_the_days_volume(simulated: Stage) -> None:
    simulated.session.begin_day({}, ms("2026-11-25T10:00"))
    simulated.trade("2026-11-25T10:00:01", 50.0)
    simulated.follow("2026-11-25T10:00:02")
    assert simulated.bars.developing().day_volume[0] == 200.0
    assert np.isnan(simulated.bars.developing().last[1])


def test_the_session_names_every_symbol(simulated: Stage) -> None:
    simulated.follow("2026-11-25T10:00:00")
    assert simulated.message(SESSION_STARTED)["total_symbols"] == len(SYMBOLS)


def test_started_after_hours_the_next_day_compares_with_this_days_close(real: Stage) -> None:
    history = closed(
        (0, ms("2026-11-23T20:59"), 90.0),
        (0, ms("2026-11-24T20:59"), 99.0),
        (0, ms("2026-11-24T22:00"), 95.0),  # after hours
    )
    real.session.begin_day({0: history}, ms("2026-11-24T22:30"))
    real.follow("2026-11-24T22:30:00")
    assert real.bars.developing().previous_close[0] == 90.0
    real.follow("2026-11-25T14:30:00")
    assert real.bars.developing().previous_close[0] == 99.0


def test_a_symbol_that_did_not_trade_keeps_its_previous_close(real: Stage) -> None:
    history = closed((0, ms("2026-11-23T20:59"), 90.0), (1, ms("2026-11-23T20:59"), 50.0))
    by_row = {row: history.where(history.row == row) for row in (0, 1)}
    real.session.begin_day(by_row, ms("2026-11-24T14:00"))
    real.follow("2026-11-24T14:30:00")
    real.trade("2026-11-24T15:00:00", 91.0)
    real.follow("2026-11-24T21:00:00", "2026-11-25T14:30:00")
    assert real.bars.developing().previous_close[:2].tolist() == [91.0, 50.0]


def test_before_the_market_a_quote_compares_with_the_close_of_the_session_before(
    real: Stage,
) -> None:
    monday = closed((0, ms("2026-11-23T20:59"), 90.0))
    real.session.begin_day({0: monday}, ms("2026-11-24T14:00"))
    real.follow("2026-11-24T14:30:00")
    real.trade("2026-11-24T20:59:58", 99.0)
    real.follow("2026-11-24T21:00:00")
    real.trade("2026-11-24T22:00:00", 98.0)  # after hours
    real.follow("2026-11-24T22:00:01", "2026-11-25T08:59:59")
    developing = real.bars.developing()
    assert (developing.previous_close[0], developing.day_volume[0]) == (90.0, 400.0)
    real.follow("2026-11-25T09:00:00")
    real.trade("2026-11-25T09:01:00", 100.0)
    developing = real.bars.developing()
    assert (developing.previous_close[0], developing.day_volume[0]) == (99.0, 0.0)
    real.follow("2026-11-25T14:30:00")
    assert real.bars.developing().previous_close[0] == 99.0
