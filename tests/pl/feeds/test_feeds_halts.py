"""News of halts, from the simulated market through the socket feed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestServer

from pl.feeds.feed import FeedItem
from pl.feeds.massive_session import SocketOptions
from pl.feeds.massive_socket import MassiveSocket
from pl.market.batches import FeedNotice, HaltBatch, SymbolTable
from pl.market.sessions import AlwaysOpenSessions
from pl.simulator.connection import Connections
from pl.simulator.days import DAY_MS
from pl.simulator.halts import BLOCK_MS, halt_of_day
from pl.simulator.market import SimulatedMarket
from pl.simulator.plans import Plan
from pl.simulator.server import build_app
from pl.simulator.universe import read_listings

pytestmark = pytest.mark.integration
SEED = 7
LISTINGS = [one for one in read_listings() if one.symbol in {"KO", "AAPL"}]
TABLE = SymbolTable(["KO", "AAPL"])
KEY = "key"


class Record:
    """A sink that a test can wait on, and the market's clock, which it sets."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.items: list[FeedItem] = []
        self._came = asyncio.Event()
        self.feed: MassiveSocket | None = None
        self.connections = Connections()

    async def put(self, item: FeedItem) -> None:
        self.items.append(item)
        self._came.set()

    async def until_subscribed(self) -> None:
        while not any(isinstance(i, FeedNotice) and i.kind == "subscribed" for i in self.items):
            await self._next()

    def is_heard(self) -> bool:
        return any(client.subscriptions.wants("LULD") for client in self.connections.all())

    async def next_halt_at(self, now_ms: int) -> HaltBatch:
        """Set the clock once the market knows that it has a listener; return what it says."""
        while not self.is_heard():  # noqa: ASYNC110 - the market sets no event of ours
            await asyncio.sleep(0.01)
        self.now_ms = now_ms
        while True:
            for item in self.items:
                if isinstance(item, HaltBatch):
                    self.items.remove(item)
                    return item
            await self._next()

    async def _next(self) -> None:
        self._came.clear()
        await self._came.wait()


@asynccontextmanager
async def feeding(now_ms: int, plan: Plan) -> AsyncIterator[Record]:
    record = Record(now_ms)
    market = SimulatedMarket(SEED, 1.0, LISTINGS)
    app = build_app(
        market, {KEY: plan}, clock=lambda: record.now_ms, connections=record.connections
    )
    async with asyncio.timeout(20), TestServer(app, host="127.0.0.1") as server:
        options = SocketOptions(
            f"ws://{server.host}:{server.port}/stocks",
            KEY,
            halts=True,
            acknowledgement_timeout_s=0.2,
        )
        record.feed = MassiveSocket(options, TABLE, AlwaysOpenSessions().regular)
        task = asyncio.create_task(record.feed.run(record))
        try:
            yield record
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def first_halt() -> tuple[int, int]:
    """Return when AAPL is halted and when it trades again, unix ms."""
    apple = next(one for one in LISTINGS if one.symbol == "AAPL")
    days = range(20_700, 21_500)
    day, halt = next((day, each) for day in days if (each := halt_of_day(SEED, apple, day)))
    return day * DAY_MS + halt.first * BLOCK_MS, day * DAY_MS + halt.end * BLOCK_MS


async def test_the_feed_hears_of_a_halt_and_of_its_end() -> None:
    begins, ends = first_halt()
    async with feeding(begins - 1, Plan()) as record:
        await record.until_subscribed()
        halted = await record.next_halt_at(begins)
        resumed = await record.next_halt_at(ends)
    assert halted.row.tolist() == resumed.row.tolist() == [TABLE.row("AAPL")]
    assert (halted.halted.tolist(), resumed.halted.tolist()) == ([True], [False])
    assert (halted.t_ms.tolist(), resumed.t_ms.tolist()) == ([begins], [ends])


async def test_a_plan_without_halts_still_brings_trades() -> None:
    begins, _ = first_halt()
    async with feeding(begins - 600_000, Plan(channels=frozenset({"T"}))) as record:
        await record.until_subscribed()
        assert record.feed is not None
        while not record.feed.trouble.ignored:
            record.now_ms += 20
            await asyncio.sleep(0.02)
    assert set(record.feed.trouble.ignored) == {"LULD is not in the plan"}
    kinds = [item.kind for item in record.items if isinstance(item, FeedNotice)]
    assert "refused" not in kinds
