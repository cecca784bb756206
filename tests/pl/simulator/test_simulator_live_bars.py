"""Aggregates of the socket: sent when due, sent again when late trades change them."""

import numpy as np
import orjson
import pytest

from pl.market.aggregation import MinuteBars
from pl.market.batches import TradeBatch
from pl.simulator.days import DAY_MS
from pl.simulator.live_bars import LiveBars
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.tape import Printed, Tape
from pl.simulator.trades import MAX_LATENESS_MS
from pl.simulator.universe import read_listings

LISTINGS = read_listings()[:6]
SYMBOLS = frozenset(one.symbol for one in LISTINGS)
START = 20_701 * DAY_MS + 700 * MINUTE_MS
MINUTES = 30


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(7, 3.0, LISTINGS)


def sent(market: SimulatedMarket, kind: str, until_ms: int) -> list[dict]:
    tape, bars = Tape(market, START), LiveBars(market, START)
    events: list[dict] = []
    for now in range(START + 100, until_ms, 100):
        printed = tape.due(now)
        found = bars.revised(kind, printed, now, SYMBOLS) + bars.due(kind, now, SYMBOLS)
        events += [{**orjson.loads(text), "at": now} for _, _, text in found]
    return events


def test_minutes_come_at_their_end_and_again_after_late_trades(market):
    end = START + MINUTES * MINUTE_MS
    events = sent(market, "AM", end + MAX_LATENESS_MS)
    first: dict[tuple[str, int], dict] = {}
    last: dict[tuple[str, int], dict] = {}
    for event in events:
        first.setdefault((event["sym"], event["s"]), event)
        last[event["sym"], event["s"]] = event
    assert all(0 < event["at"] - event["e"] <= 200 for event in first.values())
    assert len(events) > len(first), "no bar of these minutes was revised: choose others"
    assert any(first[at]["v"] < last[at]["v"] for at in first)
    for (symbol, start), event in last.items():
        if start + MINUTE_MS > end:
            continue
        bar = market.minute_bars(symbol, start, start + MINUTE_MS, end + DAY_MS)
        assert [event["v"], event["o"], event["c"]] == [
            int(bar.volume[0]),
            int(bar.open[0]) / 100,
            int(bar.close[0]) / 100,
        ]


def test_seconds_come_two_seconds_after_their_end_and_only_where_traded(market):
    events = sent(market, "A", START + 90_000)
    keys = [(event["sym"], event["s"]) for event in events]
    on_time = [event for event in events if event["at"] - event["e"] <= 2_100]
    assert on_time
    assert all(event["at"] - event["e"] >= 2_000 for event in events)
    assert len(set(keys)) < 88 * len(LISTINGS)
    assert all(event["l"] <= event["c"] <= event["h"] for event in events)


def test_the_days_volume_grows_from_bar_to_bar(market):
    events = [e for e in sent(market, "AM", START + 4 * MINUTE_MS) if e["sym"] == "AAPL"]
    volumes = [event["av"] for event in events]
    assert volumes == sorted(volumes)
    whole = market.day("AAPL", START // DAY_MS).bars
    assert events[0]["op"] == int(whole.open[0]) / 100


def test_the_producers_own_bars_equal_the_simulated_ones(market):
    """The aggregation of `pl.market`, fed the tape in order of arrival, ends at the same bars."""
    bars = MinuteBars(len(LISTINGS))
    tape = Tape(market, START)
    end = START + MINUTES * MINUTE_MS
    final: dict[tuple[int, int], tuple[float, ...]] = {}
    for now in range(START + 250, end + MAX_LATENESS_MS + 2 * MINUTE_MS, 250):
        printed = tape.due(now)
        if len(printed):
            bars.add_trades(batch_of(printed, now))
        closed = bars.close()
        columns = (closed.open, closed.high, closed.low, closed.close, closed.volume, closed.vwap)
        for i in range(len(closed)):
            key = (int(closed.row[i]), int(closed.start_ms[i]))
            final[key] = (*(float(c[i]) for c in columns), int(closed.trade_count[i]))
    compared = 0
    for row, listing in enumerate(LISTINGS):
        wanted = market.minute_bars(listing.symbol, START + MINUTE_MS, end, end + DAY_MS)
        for i, start in enumerate(wanted.start_ms.tolist()):
            volume = int(wanted.volume[i])
            expected = (
                *(int(c[i]) / 100 for c in (wanted.open, wanted.high, wanted.low, wanted.close)),
                float(volume),
                pytest.approx(int(wanted.notional[i]) / (100 * volume), rel=1e-12),
                int(wanted.trades[i]),
            )
            assert final[row, start] == expected
            compared += 1
    assert compared > (MINUTES - 2) * len(LISTINGS)


def batch_of(printed: Printed, now_ms: int) -> TradeBatch:
    trades = printed.trades
    return TradeBatch(
        row=printed.row.astype(np.int32),
        t_ms=trades.t_ms,
        price=trades.price / 100.0,
        size=trades.size.astype(np.float64),
        rule=trades.rule.astype(np.uint8),
        sequence=trades.sequence,
        received_at=now_ms / 1_000,
    )
