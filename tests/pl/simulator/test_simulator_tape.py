"""The tape: everything once, in order of arrival, from any instant on."""

import numpy as np
import orjson
import pytest

from pl.simulator.days import DAY_MS
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.tape import Printed, Tape
from pl.simulator.universe import read_listings
from pl.simulator.wire import TradeWriter, frame

LISTINGS = read_listings()[:5]
START = 20_700 * DAY_MS - 3 * MINUTE_MS


@pytest.fixture
def market() -> SimulatedMarket:
    return SimulatedMarket(7, 1.0, LISTINGS)


def played(tape: Tape, from_ms: int, to_ms: int, step_ms: int) -> list[tuple[int, int, int]]:
    rows: list[tuple[int, int, int]] = []
    for at in range(from_ms + step_ms, to_ms + 1, step_ms):
        printed = tape.due(at)
        tape.prepare(at)
        assert np.all(np.diff(printed.trades.arrives_ms) >= 0)
        assert np.all(printed.trades.arrives_ms <= at)
        rows += identities(printed)
    return rows


def identities(printed: Printed) -> list[tuple[int, int, int]]:
    columns = (printed.trades.arrives_ms, printed.row, printed.trades.number)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_every_trade_is_played_once_over_midnight(market):
    end = START + 6 * MINUTE_MS
    rows = played(Tape(market, START), START, end, 25)
    expected = []
    for row, listing in enumerate(LISTINGS):
        for minute in range(-3, 7):
            trades = market.trades(listing.symbol, START + minute * MINUTE_MS)
            inside = (trades.arrives_ms > START) & (trades.arrives_ms <= end)
            there = trades.take(inside)
            expected += [
                (at, row, number)
                for at, number in zip(there.arrives_ms.tolist(), there.number.tolist(), strict=True)
            ]
    assert sorted(rows) == sorted(expected)


def test_a_restart_rejoins_the_same_tape(market):
    middle, end = START + 95_000, START + 4 * MINUTE_MS
    whole = played(Tape(market, START), START, end, 500)
    joined = played(Tape(SimulatedMarket(7, 1.0, LISTINGS), middle), middle, end, 500)
    assert sorted(joined) == sorted(row for row in whole if row[0] > middle)


def test_a_slow_loop_gets_what_it_missed(market):
    end = START + 3 * MINUTE_MS
    tape = Tape(market, START)
    assert sorted(identities(tape.due(end))) == sorted(
        played(Tape(market, START), START, end, 1_000)
    )


def test_a_written_trade_reads_back(market):
    printed = Tape(market, START).due(START + 2_000)
    events = orjson.loads(frame(TradeWriter(LISTINGS).texts(printed)))
    assert len(events) == len(printed) > 0
    for event, price, size, row in zip(
        events,
        printed.trades.price.tolist(),
        printed.trades.size.tolist(),
        printed.row.tolist(),
        strict=True,
    ):
        assert event["ev"] == "T"
        assert event["sym"] == LISTINGS[row].symbol
        assert event["p"] == price / 100
        assert event["s"] == size
        assert ("trfi" in event) == (event["x"] == 4)
        assert event.get("c") != []
