"""Fetch by REST the minutes that were not watched, once they are over."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from pl.errors import Rejected, Unavailable
from pl.market.batches import BarBatch
from pl.streaming.watch import Gap

log = structlog.get_logger()

Fetch = Callable[[str, int, int], Awaitable[BarBatch]]
Deliver = Callable[[BarBatch], Awaitable[None]]

SETTLE_MS = 1_500
CONCURRENT = 16
RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Order:
    """Ask for the minutes of a gap for some symbols."""

    gap: Gap
    symbols: tuple[str, ...]


@dataclass(slots=True)
class Repair:
    """Turn gaps into bars: each is fetched when its last minute has settled.

    fetch : (symbol, from_ms, to_ms) -> minute bars; deliver : hands bars to the loop.
    """

    fetch: Fetch
    deliver: Deliver
    symbols: Sequence[str]
    waiting: list[Order] = field(default_factory=list)
    running: set[asyncio.Task[None]] = field(default_factory=set)
    repaired: int = 0
    failing: str = ""

    def order(self, gap: Gap, symbols: Sequence[str] = ()) -> None:
        """Remember a gap, for all symbols unless some are named."""
        order = Order(gap, tuple(symbols or self.symbols))
        if order not in self.waiting:
            self.waiting.append(order)

    def start_due(self, now_ms: int) -> None:
        """Start fetching every gap that has settled by `now_ms`, the feed's clock."""
        due = [order for order in self.waiting if order.gap.to_ms + SETTLE_MS <= now_ms]
        for order in due:
            self.waiting.remove(order)
            task = asyncio.create_task(self._run(order))
            self.running.add(task)
            task.add_done_callback(self.running.discard)

    async def fetch_all(self, order: Order) -> None:
        """Fetch and deliver the gap of every symbol of an order; raises Unavailable."""
        gate = asyncio.Semaphore(CONCURRENT)

        async def one(symbol: str) -> None:
            async with gate:
                bars = await self.fetch(symbol, order.gap.from_ms, order.gap.to_ms)
            if len(bars):
                await self.deliver(bars)

        await asyncio.gather(*(one(symbol) for symbol in order.symbols))

    async def close(self) -> None:
        """Abandon what is running."""
        for task in tuple(self.running):
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    async def _run(self, order: Order) -> None:
        attempt = 0
        while True:
            try:
                await self.fetch_all(order)
            except (Unavailable, Rejected) as error:
                self.failing = str(error)
                log.warning("repair_failed", detail=self.failing, attempt=attempt)
                await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
                attempt += 1
            else:
                self.failing = ""
                self.repaired += 1
                return
