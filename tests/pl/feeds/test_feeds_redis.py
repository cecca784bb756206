"""How the Redis feed takes a real server that comes and goes."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from pl.feeds.backoff import Backoff
from pl.feeds.feed import FeedItem
from pl.feeds.redis_ticks import RedisTicks
from pl.market.batches import FeedNotice, SymbolTable, TradeBatch

pytestmark = pytest.mark.integration
TABLE = SymbolTable(["AAPL", "MSFT"])
CHANNEL = "tickstock.data.raw"


class Record:
    def __init__(self) -> None:
        self.items: list[FeedItem] = []
        self._came = asyncio.Event()

    async def put(self, item: FeedItem) -> None:
        self.items.append(item)
        self._came.set()

    @property
    def kinds(self) -> list[str]:
        return [item.kind for item in self.items if isinstance(item, FeedNotice)]

    @property
    def prices(self) -> list[float]:
        return [p for i in self.items if isinstance(i, TradeBatch) for p in i.price.tolist()]

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not met():
                self._came.clear()
                await self._came.wait()


@asynccontextmanager
async def feeding(url: str, patience_s: float = 10.0) -> AsyncIterator[Record]:
    record = Record()
    backoff = Backoff(first_s=0.01, longest_s=0.1, stable_s=0.0)
    feed = RedisTicks(
        url, TABLE, connect_timeout_s=patience_s, silence_s=patience_s, backoff=backoff
    )
    task = asyncio.create_task(feed.run(record))
    try:
        yield record
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def tick(price: float, symbol: str = "AAPL") -> str:
    fields = {"ticker": symbol, "price": price, "volume": 1, "timestamp": 1_704_205_800.25}
    return json.dumps(fields | {"event_type": "trade", "source": "polygon", "bid": None})


async def test_published_ticks_arrive_whole_and_in_order(redis_server) -> None:
    async with feeding(redis_server.url) as record, Redis.from_url(redis_server.url) as client:
        await record.until(lambda: "subscribed" in record.kinds)
        pipeline = client.pipeline(transaction=False)
        for n in range(5_000):
            pipeline.publish(CHANNEL, tick(float(n + 1)))
        await pipeline.execute()
        await record.until(lambda: len(record.prices) == 5_000)
    assert record.prices == [float(n + 1) for n in range(5_000)]
    batches = [item for item in record.items if isinstance(item, TradeBatch)]
    assert len(batches) < 2_500  # a burst is parsed together


async def test_malformed_ticks_are_told_and_cost_nothing_else(redis_server) -> None:
    async with feeding(redis_server.url) as record, Redis.from_url(redis_server.url) as client:
        await record.until(lambda: "subscribed" in record.kinds)
        await client.publish(CHANNEL, "garbage")
        await client.publish(CHANNEL, tick(7.0))
        await record.until(lambda: "malformed" in record.kinds)
    assert record.prices == [7.0]


async def test_silence_of_the_channel_is_no_loss(redis_server) -> None:
    async with feeding(redis_server.url, 1.0) as record, Redis.from_url(redis_server.url) as client:
        await record.until(lambda: "subscribed" in record.kinds)
        await asyncio.sleep(3.5)  # three silences, each answered by Redis
        await client.publish(CHANNEL, tick(1.0))
        await record.until(lambda: bool(record.prices))
    assert record.kinds == ["connected", "subscribed"]


async def test_it_never_publishes(redis_server) -> None:
    async with Redis.from_url(redis_server.url) as client, client.pubsub() as witness:
        await witness.subscribe(CHANNEL)
        await witness.get_message(timeout=5)
        async with feeding(redis_server.url) as record:
            await record.until(lambda: "subscribed" in record.kinds)
            await client.publish(CHANNEL, tick(1.0))
            await record.until(lambda: bool(record.prices))
        heard = await witness.get_message(timeout=5)
        assert heard is not None
        assert await witness.get_message(timeout=0.2) is None


async def test_redis_that_dies_is_subscribed_again_when_it_is_back(redis_server) -> None:
    async with feeding(redis_server.url) as record:
        await record.until(lambda: "subscribed" in record.kinds)
        await asyncio.to_thread(redis_server.kill)
        await record.until(lambda: "disconnected" in record.kinds)
        await asyncio.to_thread(redis_server.start)
        await record.until(lambda: record.kinds.count("subscribed") == 2)
        async with Redis.from_url(redis_server.url) as client:
            await client.publish(CHANNEL, tick(9.0))
        await record.until(lambda: bool(record.prices))
    assert record.prices == [9.0]


async def test_a_wrong_password_ends_the_feed(redis_server) -> None:
    record = Record()
    url = redis_server.url.replace("redis://", "redis://nobody:wrong@")
    await asyncio.wait_for(RedisTicks(url, TABLE).run(record), 10)
    assert record.kinds == ["refused"]


async def test_redis_that_freezes_is_left_and_found_again(redis_server) -> None:
    async with feeding(redis_server.url, 0.2) as record:
        await record.until(lambda: "subscribed" in record.kinds)
        os.kill(redis_server.pid, signal.SIGSTOP)
        try:
            await record.until(lambda: "mute" in record.kinds)
        finally:
            os.kill(redis_server.pid, signal.SIGCONT)
        await record.until(lambda: record.kinds.count("subscribed") == 2)


async def test_a_server_that_answers_nothing_is_left() -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, feeding(f"redis://127.0.0.1:{port}/0", 0.2) as record:
        await record.until(lambda: bool(record.kinds))
    assert record.kinds[0] == "disconnected"
