"""What of `tickstock.data.raw` is a trade, what is a bar, and what is only counted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.feeds.tick_messages import TickParser
from pl.feeds.trouble import Trouble
from pl.market.batches import (
    UPDATES_ALL,
    UPDATES_HIGH_LOW,
    UPDATES_OPEN_CLOSE,
    BarBatch,
    SymbolTable,
    TradeBatch,
)

TABLE = SymbolTable(["AAPL", "MSFT"])
TICK = {"ticker": "MSFT", "price": 12.5, "volume": 100, "timestamp": "2024-01-02T14:30:00.250Z"}
TICK |= {"event_type": "trade", "source": "massive", "tick_open": 12.0, "bid": 12.4, "ask": 12.6}
AT_MS = 1_704_205_800_250
BAR = {"tick_open": 1.0, "tick_high": 3.0, "tick_low": 0.5, "tick_close": 2.5, "tick_volume": 7}


def parse(
    *ticks: object, sources: set[str] | None = None
) -> tuple[list[TradeBatch | BarBatch], Trouble]:
    trouble = Trouble()
    messages = [tick if isinstance(tick, bytes) else json.dumps(tick).encode() for tick in ticks]
    return TickParser(TABLE, trouble, sources).parse(messages, 5.0), trouble


def test_ticks_become_one_batch_of_trades_numbered_as_they_come() -> None:
    (batch,), _ = parse(TICK, TICK | {"ticker": "AAPL"})
    assert isinstance(batch, TradeBatch)
    assert batch.row.tolist() == [1, 0]
    assert batch.t_ms.tolist() == [AT_MS, AT_MS]
    assert batch.price.tolist() == [12.5, 12.5]
    assert batch.rule.tolist() == [UPDATES_ALL] * 2
    assert batch.sequence.tolist() == [1, 2]
    assert batch.received_at == 5.0


def test_numbers_go_on_with_the_next_messages() -> None:
    parser = TickParser(TABLE, Trouble())
    message = json.dumps(TICK).encode()
    parser.parse([message], 1.0)
    (batch,) = parser.parse([message], 2.0)
    assert isinstance(batch, TradeBatch)
    assert batch.sequence.tolist() == [2]


def test_optional_fields_may_be_null_or_absent() -> None:
    nulls = dict.fromkeys(["bid", "ask", "tick_open", "tick_volume", "source", "event_type"])
    bare = {"ticker": "MSFT", "price": 1, "timestamp": 1_704_205_800}
    (batch,), trouble = parse(TICK | nulls, bare)
    assert len(batch) == 2
    assert not trouble.malformed


def test_a_trade_of_unknown_volume_touches_prices_only() -> None:
    (batch,), _ = parse(TICK | {"volume": None})
    assert isinstance(batch, TradeBatch)
    assert batch.size.tolist() == [0.0]
    assert batch.rule.tolist() == [UPDATES_OPEN_CLOSE | UPDATES_HIGH_LOW]


@pytest.mark.parametrize(
    "timestamp",
    [
        AT_MS / 1_000,
        AT_MS,
        AT_MS * 1_000,
        AT_MS * 1_000_000,
        "2024-01-02T14:30:00.250000Z",
        "2024-01-02T14:30:00.250",
        "2024-01-02T09:30:00.250-05:00",
    ],
)
def test_times_may_be_text_or_a_number_of_any_unit(timestamp: object) -> None:
    (batch,), _ = parse(TICK | {"timestamp": timestamp})
    assert isinstance(batch, TradeBatch)
    assert batch.t_ms.tolist() == [AT_MS]


def test_a_tick_without_a_price_is_a_second_bar() -> None:
    found, _ = parse(TICK | BAR | {"price": None})
    (batch,) = found
    assert isinstance(batch, BarBatch)
    assert batch.start_ms.tolist() == [AT_MS - 250]
    assert (batch.high[0], batch.volume[0], batch.vwap[0]) == (3.0, 7.0, 2.0)
    assert batch.span_ms == 1_000


def test_a_tick_with_neither_is_malformed() -> None:
    found, trouble = parse(TICK | {"price": None})
    assert found == []
    assert sum(trouble.malformed.values()) == 1


@pytest.mark.parametrize("source", ["massive", "polygon", "simulated", "replay"])
def test_every_known_source_is_taken(source: str) -> None:
    found, _ = parse(TICK | {"source": source})
    assert len(found) == 1


def test_a_source_of_another_market_is_dropped_and_told() -> None:
    (batch,), trouble = parse(TICK, TICK | {"source": "simulated"}, sources={"massive", "polygon"})
    assert len(batch) == 1
    assert trouble.malformed == {"tick: expected source massive or polygon, was another": 1}


def test_unknown_symbols_and_other_events_are_counted() -> None:
    found, trouble = parse(TICK | {"ticker": "X"}, TICK | {"event_type": "quote"})
    assert found == []
    assert trouble.ignored == {"not subscribed": 1, "not a trade": 1}


@pytest.mark.parametrize(
    "broken",
    [
        {"price": "12.5"},
        {"price": float("nan")},
        {"ticker": None},
        {"timestamp": "yesterday"},
        {"timestamp": -5},
        {"timestamp": 1e300},
        {"volume": [1]},
        b"",
        b"not json",
        b"[1]",
        b"\xff\x00",
        b"[" * 100_000,
    ],
)
def test_a_malformed_tick_costs_only_itself(broken: dict[str, object] | bytes) -> None:
    (batch,), trouble = parse(TICK, TICK | broken if isinstance(broken, dict) else broken, TICK)
    assert len(batch) == 2
    assert sum(trouble.malformed.values()) == 1


def test_python_writes_nan_where_we_do_not_look() -> None:
    (batch,), trouble = parse(TICK | {"bid": float("nan"), "tick_vwap": float("inf")})
    assert len(batch) == 1
    assert not trouble.malformed


@given(st.binary(max_size=80), st.dictionaries(st.sampled_from(sorted(TICK)), st.text(max_size=3)))
def test_nothing_raises_and_the_next_tick_is_kept(noise: bytes, odd: dict[str, str]) -> None:
    found, _ = parse(noise, TICK | odd, TICK)
    assert any(AT_MS in batch.t_ms for batch in found if isinstance(batch, TradeBatch))
