"""Hold what the feed delivered until the loop takes it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pl.market.batches import BarBatch, FeedNotice, HaltBatch, TradeBatch


@dataclass(frozen=True, slots=True)
class Backfill:
    """Hold minute bars that were fetched by REST, not sent by the feed.

    asked_at : unix seconds; what the feed told since then they may not know.
    """

    bars: BarBatch
    asked_at: float = float("inf")


Item = TradeBatch | BarBatch | HaltBatch | FeedNotice | Backfill

LIVE_LIMIT: Final = 2_000_000
REPLAY_LIMIT: Final = 200_000


class Inbox:
    """Queue items between a feed and the loop, counted in trades and bars.

    A feed that may wait is held while the queue is full. A live feed never waits: beyond the
    limit its batches are dropped, between an `overflow` and a `resumed` notice. Notices, news of
    halts and backfilled bars are never dropped.
    """

    def __init__(
        self,
        *,
        may_wait: bool,
        limit: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._items: deque[Item] = deque()
        self._may_wait = may_wait
        self._limit = limit or (REPLAY_LIMIT if may_wait else LIVE_LIMIT)
        self._clock = clock
        self._size = 0
        self._overflowing = False
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self.dropped = 0

    @property
    def is_empty(self) -> bool:
        """Return whether the loop has taken everything."""
        return not self._items

    async def put(self, item: Item) -> None:
        """Add an item; waits only when the feed may be made to wait."""
        size = len(item) if isinstance(item, TradeBatch | BarBatch) else 0
        while self._may_wait and size and self._size > self._limit:
            self._drained.clear()
            await self._drained.wait()
        if size and self._size > self._limit:
            self._drop(size)
            return
        self._items.append(item)
        self._size += size
        self._filled.set()

    async def take(self, timeout_s: float) -> list[Item]:
        """Return everything queued, waiting at most `timeout_s` for the first item."""
        if not self._items:
            self._filled.clear()
            try:
                async with asyncio.timeout(timeout_s):  # `wait_for` may lose a cancellation
                    await self._filled.wait()
            except TimeoutError:
                return []
        if self._overflowing:
            self._overflowing = False
            self._items.append(FeedNotice("resumed", "after an overflow", self._clock()))
        items = list(self._items)
        self._items.clear()
        self._size = 0
        self._drained.set()
        return items

    def _drop(self, size: int) -> None:
        self.dropped += size
        if not self._overflowing:
            self._overflowing = True
            detail = f"more than {self._limit} events waiting"
            self._items.append(FeedNotice("overflow", detail, self._clock()))
