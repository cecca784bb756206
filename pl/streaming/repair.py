"""Fetch by REST the minutes that were not watched, once they are over."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import structlog

from pl.market.batches import MINUTE_MS, BarBatch
from pl.streaming.gap_book import Asked, GapBook
from pl.streaming.watch import Gap
from service.errors import InvalidData, Rejected, Unavailable

log = structlog.get_logger()

Fetch = Callable[[str, int, int], Awaitable[BarBatch]]
Deliver = Callable[[BarBatch, float], Awaitable[None]]

SETTLE_MS: Final = 1_500
OVERDUE_MS: Final = 10_000
"""Minutes that could not be fetched for so long are a gap that readers should know of."""
CONCURRENT: Final = 16
PORTION: Final = 64
_COLUMNS: Final = tuple(
    f.name for f in fields(BarBatch) if f.name not in {"span_ms", "received_at"}
)
RETRY_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
STORED_S: Final = 60.0
"""So long after it was fetched a gap stays in the book: its bars have to be stored first."""


@dataclass(slots=True)
class Order:
    """Ask for the minutes of a gap; `symbols` are those still to be fetched, `asked` was all."""

    gap: Gap
    symbols: set[str]
    asked: frozenset[str]

    def holds(self, other: "Order") -> bool:
        """Return whether fetching this one brings all that the other asks for."""
        inside = self.gap.from_ms <= other.gap.from_ms and other.gap.to_ms <= self.gap.to_ms
        return inside and other.symbols <= self.symbols


@dataclass(slots=True)
class Repair:
    """Turn gaps into bars: each is fetched when its last minute has settled.

    fetch : (symbol, from_ms, to_ms) -> minute bars; deliver : hands bars to the
    loop, with the moment (unix s, by `clock`) at which they were asked for.
    An answer that will not change (a plan without history) gives the symbol up; `refused` says
    why. `failure` is a bug of ours.
    book : holds what is open for a run after this one.
    """

    fetch: Fetch
    deliver: Deliver
    symbols: Sequence[str]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.time
    book: GapBook | None = None
    repaired: int = 0
    failing: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    _waiting: list[Order] = field(default_factory=list)
    _running: dict[asyncio.Task[None], Order] = field(default_factory=dict)
    _fetched: list[tuple[float, Order]] = field(default_factory=list)
    _noted: list[Asked] = field(default_factory=list)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENT))

    @property
    def open_gaps(self) -> int:
        """Return how many gaps wait for their bars."""
        return len(self._waiting) + len(self._running)

    def order(self, gap: Gap, symbols: Sequence[str] = ()) -> None:
        """Remember a gap, for all symbols unless some are named."""
        wanted = frozenset(symbols or self.symbols)
        order = Order(gap, set(wanted), wanted)
        if any(waiting.holds(order) for waiting in self._waiting):
            return
        self._waiting = [waiting for waiting in self._waiting if not order.holds(waiting)]
        self._waiting.append(order)

    def resume(self, since_ms: int) -> None:
        """Order what an earlier run left open of the minutes from `since_ms` on.

        Older ones may lie before the bars that are held, whose values a bar before them would move.
        """
        for gap, symbols in self.book.read() if self.book is not None else ():
            if gap.to_ms > since_ms:
                self.order(Gap(max(gap.from_ms, since_ms), gap.to_ms), tuple(symbols))

    def start_due(self, now_ms: int) -> None:
        """Start fetching every gap that has settled by `now_ms`, the feed's clock."""
        self._note()
        due = [order for order in self._waiting if order.gap.to_ms + SETTLE_MS <= now_ms]
        for order in due:
            self._waiting.remove(order)
            task = asyncio.create_task(self._run(order))
            self._running[task] = order
            task.add_done_callback(self._finished)

    def _note(self) -> None:
        """Write down what is open, or was fetched just now, when that has changed."""
        since = self.clock() - STORED_S
        self._fetched = [one for one in self._fetched if one[0] > since]
        orders = (*self._waiting, *self._running.values(), *(one for _, one in self._fetched))
        asked = [(order.gap, order.asked) for order in orders]
        if self.book is None or asked == self._noted:
            return
        self._noted = asked
        try:
            self.book.write(asked)
        except OSError as error:
            log.warning("gap_book_not_written", detail=str(error))

    def missing(self, now_ms: int) -> Counter[str]:
        """Return the minutes of each symbol that are overdue at `now_ms`."""
        found: Counter[str] = Counter()
        for order in (*self._waiting, *self._running.values()):
            if order.gap.to_ms + OVERDUE_MS <= now_ms:
                minutes = (order.gap.to_ms - order.gap.from_ms) // MINUTE_MS
                found.update(dict.fromkeys(order.symbols, minutes))
        return found

    async def close(self) -> None:
        """Abandon what is running."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, order: Order) -> None:
        attempt = 0
        while True:
            problems = await asyncio.gather(
                *(self._fetch_one(order, symbol) for symbol in sorted(order.symbols))
            )
            if not order.symbols:
                self.failing = ""
                self.repaired += 1
                return
            self.failing = next(filter(None, problems), "")
            log.warning("repair_failed", detail=self.failing, attempt=attempt)
            await self.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
            attempt += 1

    async def _fetch_one(self, order: Order, symbol: str) -> str:
        """Deliver the bars of one symbol; return why not, for a later attempt."""
        try:
            async with self._gate:
                asked_at = self.clock()
                bars = await self.fetch(symbol, order.gap.from_ms, order.gap.to_ms)
        except Unavailable as error:
            return str(error)
        except (Rejected, InvalidData) as error:
            self.refused[symbol] = str(error)
            log.warning("repair_refused", symbol=symbol, detail=str(error))
        else:
            self.refused.pop(symbol, None)
            for portion in _portions(bars):
                await self.deliver(portion, asked_at)
        order.symbols.discard(symbol)
        return ""

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._fetched.append((self.clock(), self._running.pop(task)))
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("repair_broke", exc_info=error)
            self.failure = f"{type(error).__name__}: {error}"


def _portions(bars: BarBatch) -> Iterator[BarBatch]:
    """Cut a long answer, so that the loop can look up between."""
    for at in range(0, len(bars), PORTION):
        cut: dict[str, Any] = {name: getattr(bars, name)[at : at + PORTION] for name in _COLUMNS}
        yield replace(bars, **cut)
