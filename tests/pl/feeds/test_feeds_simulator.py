"""The feeds against the simulated market, which speaks Massive's socket and REST.

Its clock runs 120 times as fast as ours, so that minutes pass in seconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from pl.feeds.feed import FeedItem
from pl.feeds.massive_http import RestOptions
from pl.feeds.massive_rest import MassiveRest
from pl.feeds.massive_session import SocketOptions
from pl.feeds.massive_socket import MassiveSocket
from pl.market.aggregation import MinuteBars
from pl.market.batches import MINUTE_MS, BarBatch, FeedNotice, SymbolTable, TradeBatch
from pl.market.sessions import AlwaysOpenSessions
from pl.simulator.broadcast import Clock
from pl.simulator.days import DAY_MS
from pl.simulator.faults import Faults
from pl.simulator.market import SimulatedMarket
from pl.simulator.plans import Plan
from pl.simulator.server import build_app
from pl.simulator.trades import MAX_LATENESS_MS
from pl.simulator.universe import read_listings
from service.errors import Rejected

pytestmark = pytest.mark.integration
LISTINGS = read_listings()[:4]
TABLE = SymbolTable([listing.symbol for listing in LISTINGS])
KEY = "key"
FIRST_MINUTE = 1_773_154_800_000  # 2026-03-10T15:00Z
SPEED = 120
REGULAR = AlwaysOpenSessions().regular


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

    def latest_ms(self) -> int:
        times = [int(i.t_ms.max()) for i in self.items[-50:] if isinstance(i, TradeBatch)]
        starts = [int(i.start_ms.max()) for i in self.items[-50:] if isinstance(i, BarBatch)]
        return max(times + starts, default=0)

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not met():
                self._came.clear()
                await self._came.wait()


class Simulation:
    def __init__(self, server: TestServer, faults: Faults, clock: Clock) -> None:
        self.faults = faults
        self.clock = clock
        self.url = f"ws://{server.host}:{server.port}/stocks"
        self.rest_url = f"http://{server.host}:{server.port}"

    @asynccontextmanager
    async def feeding(self, **options: object) -> AsyncIterator[Record]:
        record = Record()
        given = {"first_delay_s": 0.01, "evicted_delay_s": 0.05, "key": KEY} | options
        feed = MassiveSocket(SocketOptions(self.url, **given), TABLE, REGULAR)
        task = asyncio.create_task(feed.run(record))
        try:
            yield record
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def next_minute_ms(self) -> int:
        """Return when the first minute begins that is heard whole from now on."""
        return self.clock() // MINUTE_MS * MINUTE_MS + MINUTE_MS

    def rest(self, key: str = KEY) -> MassiveRest:
        return MassiveRest(RestOptions(self.rest_url, key, first_delay_s=0.01), TABLE)


@pytest.fixture
async def simulation() -> AsyncIterator[Simulation]:
    start = time.monotonic()
    faults = Faults()

    def clock() -> int:
        return FIRST_MINUTE - 10_000 + int((time.monotonic() - start) * 1_000 * SPEED)

    app = build_app(
        SimulatedMarket(7, 1.0, LISTINGS),
        {KEY: Plan()},
        clock=clock,
        faults=faults,
        lost_ms=DAY_MS,  # at this speed an eighth of a second of ours would lose trades
    )
    async with TestServer(app, host="127.0.0.1") as server:
        yield Simulation(server, faults, clock)


async def test_trades_of_the_socket_add_up_to_the_bars_of_rest(simulation: Simulation) -> None:
    async with simulation.feeding() as record:
        await record.until(lambda: "subscribed" in record.kinds)
        first_ms = simulation.next_minute_ms()
        end_ms = first_ms + 2 * MINUTE_MS
        await record.until(lambda: record.latest_ms() > end_ms + MAX_LATENESS_MS + MINUTE_MS)
    bars = MinuteBars(len(TABLE))
    for item in record.items:
        if isinstance(item, TradeBatch):
            assert bars.add_trades(item).total == 0
    closed = bars.close()
    async with simulation.rest() as rest:
        for row, symbol in enumerate(TABLE):
            published = await rest.minute_bars(symbol, first_ms, end_ms)
            inside = (closed.row == row) & np.isin(closed.start_ms, published.start_ms)
            ours = closed.take(inside)
            assert len(published) == len(ours) == 2
            for name in ("start_ms", "open", "high", "low", "close", "volume", "trade_count"):
                assert getattr(ours, name).tolist() == getattr(published, name).tolist(), name
            np.testing.assert_allclose(ours.vwap, published.vwap, rtol=1e-4)


@pytest.mark.parametrize("channels", ["seconds", "minutes"])
async def test_aggregates_of_the_socket_are_the_bars_of_rest(
    simulation: Simulation, channels: str
) -> None:
    async with simulation.feeding(channels=channels) as record:
        await record.until(lambda: "subscribed" in record.kinds)
        end_ms = simulation.next_minute_ms() + MINUTE_MS
        await record.until(lambda: record.latest_ms() > end_ms + MAX_LATENESS_MS + 2 * MINUTE_MS)
    bars = MinuteBars(len(TABLE))
    for item in record.items:
        if isinstance(item, BarBatch):
            bars.add_bars(item)
    closed = bars.close()
    async with simulation.rest() as rest:
        published = await rest.minute_bars(TABLE.symbols[0], end_ms - MINUTE_MS, end_ms)
    ours = closed.take((closed.row == 0) & (closed.start_ms == end_ms - MINUTE_MS))
    for name in ("open", "high", "low", "close"):
        assert getattr(ours, name)[-1] == getattr(published, name)[0], name
    if channels == "minutes":  # seconds in which no trade set a price come without their volume
        assert ours.volume[-1] == published.volume[0]


async def test_a_wrong_key_is_refused_by_both(simulation: Simulation) -> None:
    async with simulation.feeding(key="wrong") as record:
        await record.until(lambda: "refused" in record.kinds)
    async with simulation.rest("wrong") as rest:
        with pytest.raises(Rejected) as rejected:
            await rest.minute_bars(TABLE.symbols[0], FIRST_MINUTE, FIRST_MINUTE + MINUTE_MS)
    assert rejected.value.error == "unknown_key"


async def test_a_second_connection_evicts_the_first(simulation: Simulation) -> None:
    async with simulation.feeding() as first:
        await first.until(lambda: "subscribed" in first.kinds)
        async with simulation.feeding(evicted_delay_s=30) as second:
            evicted = lambda: "evicted" in first.kinds + second.kinds  # noqa: E731
            await asyncio.wait(
                [asyncio.create_task(r.until(evicted)) for r in (first, second)],
                return_when=asyncio.FIRST_COMPLETED,
            )
            assert evicted()


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_data_go_on_after_the_market_closed_the_socket(
    simulation: Simulation, code: int
) -> None:
    async with simulation.feeding() as record:
        await record.until(lambda: "subscribed" in record.kinds)
        simulation.faults.close_code = code
        await record.until(lambda: record.kinds.count("subscribed") == 2)
        seen = len(record.items)
        await record.until(lambda: any(isinstance(i, TradeBatch) for i in record.items[seen:]))
    assert "disconnected" in record.kinds


async def test_a_broken_frame_is_counted(simulation: Simulation) -> None:
    async with simulation.feeding() as record:
        await record.until(lambda: "subscribed" in record.kinds)
        simulation.faults.malformed_frames = 1
        await record.until(lambda: "malformed" in record.kinds)


async def test_a_failing_rest_server_is_asked_until_it_answers(simulation: Simulation) -> None:
    simulation.faults.rest_failures = 2
    async with simulation.rest() as rest:
        start_ms = FIRST_MINUTE - 60 * MINUTE_MS
        bars = await rest.minute_bars(TABLE.symbols[0], start_ms, FIRST_MINUTE - 5 * MINUTE_MS)
        days = await rest.daily_bars(TABLE.symbols[0], FIRST_MINUTE - 10**9, FIRST_MINUTE)
    assert len(bars) > 40
    assert simulation.faults.rest_failures == 0
    assert len(days) >= 10
