"""The official client of Massive takes the simulated market for Massive."""

import asyncio

import pytest
from massive import WebSocketClient
from massive.exceptions import AuthError
from massive.websocket.models import EquityAgg, EquityQuote, EquityTrade

from pl.simulator.market import MINUTE_MS
from tests.pl.simulator.served import KEY, START, SYMBOLS, serving


def official(served, key: str, subscriptions: list[str]) -> WebSocketClient:
    return WebSocketClient(
        key,
        feed=f"127.0.0.1:{served.port}",
        secure=False,
        market="stocks",
        subscriptions=subscriptions,
        max_reconnects=0,
    )


async def test_it_receives_typed_trades_aggregates_and_quotes():
    seen: dict[str, list] = {"T": [], "A": [], "AM": [], "Q": []}
    complete = asyncio.Event()

    async def take(messages: list) -> None:
        for message in messages:
            seen[message.event_type].append(message)
        if all(seen.values()):
            complete.set()

    async with serving(speed=30.0, start_ms=START + 30_000) as served:
        client = official(served, KEY, ["T.*", "A.*", "AM.*", "Q.*"])
        running = asyncio.create_task(client.connect(take))
        async with asyncio.timeout(20):
            await complete.wait()
        await client.close()
        await asyncio.gather(running, return_exceptions=True)

    trade, minute, quote = seen["T"][0], seen["AM"][0], seen["Q"][0]
    assert isinstance(trade, EquityTrade)
    assert trade.symbol in SYMBOLS
    assert trade.price > 0
    assert trade.size > 0
    assert trade.sequence_number > 0
    assert trade.tape in {1, 2, 3}
    assert isinstance(minute, EquityAgg)
    assert minute.end_timestamp - minute.start_timestamp == MINUTE_MS
    assert minute.low <= minute.open <= minute.high
    assert minute.accumulated_volume >= minute.volume > 0
    assert seen["A"][0].end_timestamp - seen["A"][0].start_timestamp == 1_000
    assert isinstance(quote, EquityQuote)
    assert quote.bid_price < quote.ask_price


async def test_it_raises_on_a_refused_key():
    async def ignore(_: list) -> None:
        return None

    async with serving() as served:
        with pytest.raises(AuthError, match="authentication failed"):
            await official(served, "wrong", ["T.*"]).connect(ignore)
