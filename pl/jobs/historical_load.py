"""Load history by REST into the bars' tables."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from contracts.symbols import spelled
from pl.feeds.rest_rows import Ticker
from pl.jobs.pieces import HOURLY, Piece, pieces_of
from pl.jobs.plans import LoadPlan
from pl.jobs.record import JobRecord
from pl.jobs.session_hours import SessionHours
from pl.jobs.soundness import sound
from pl.market.backfilled import as_backfilled, as_official
from pl.market.batches import BarBatch, ClosedBars, FeedNotice
from pl.market.timeframes import DAILY
from pl.store.bars import BarStore
from pl.store.universes import UniverseStore
from service.errors import InvalidData, Rejected, Unavailable

T = TypeVar("T")

Fetch = Callable[[str, int, int], Awaitable[BarBatch]]

SYMBOLS_AT_ONCE: Final = 4
MOST_VETTED: Final = 20
PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 30.0)
_REFUSES_ALL: Final = frozenset({401, 403})
_FUNDS: Final = frozenset({"ETF", "ETN", "ETV", "ETS"})


@dataclass(frozen=True, slots=True)
class History:
    """Ask for history: a source of bars for each timeframe, and what a symbol is.

    hours : folds what the source of hours gives, which are halves;
    dropped : rows that could not be read since it was asked before.
    """

    bars: Mapping[str, Fetch]
    hours: SessionHours
    look_up: Callable[[str], Awaitable[Ticker]]
    dropped: Callable[[], Iterable[FeedNotice]] = tuple


@dataclass(slots=True)
class HistoricalLoad:
    """Write what a plan asks for; safe to repeat, and to break off at any moment.

    pauses_s : waits between attempts while PostgreSQL or REST is away; refused : hears how
    many bars were refused and why; problem : what the last attempt found away, empty when it is
    back.
    """

    history: History
    store: BarStore
    universes: UniverseStore
    refused: Callable[[str, int], None]
    pauses_s: tuple[float, ...] = PAUSES_S
    problem: str = ""
    _waiter: object = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, plan: LoadPlan, record: JobRecord) -> None:
        """Load; symbols that fail are named in `record.failed`.

        Raises Rejected when REST refuses the key or the plan, Unavailable when PostgreSQL or
        REST stay away longer than all pauses.
        """
        pieces = pieces_of(plan, int(time.time() * 1000))
        record.expect(len(plan.symbols), len(pieces))
        known = await self.patiently(record, self._known)
        waiting = iter(plan.symbols)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(SYMBOLS_AT_ONCE, len(plan.symbols))):
                    group.create_task(self._work(waiting, pieces, known, record))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        except asyncio.CancelledError:
            self.problem = ""  # nobody asks any more whether it is back
            raise
        self.problem = ""

    async def vet(self, symbols: Sequence[str]) -> None:
        """Raise Rejected when nobody knows any of these symbols; many of them are not asked for.

        Raises Unavailable when nobody can say now.
        """
        if len(symbols) > MOST_VETTED:
            return
        known = await self._known()
        if any(spelled(symbol, known) in known for symbol in symbols):
            return
        for symbol in symbols:
            try:
                await self.history.look_up(symbol)
            except InvalidData:
                return
            except Rejected as refused:
                if refused.status != 404:
                    raise
            else:
                return
        detail = f"symbols: expected one that Massive knows, was {', '.join(symbols)}"
        raise Rejected("unknown_symbols", detail, 422)

    async def patiently(self, record: JobRecord, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns; asks again while a dependency is away."""
        waiter = object()
        for pause_s in self.pauses_s:
            try:
                found = await work()
            except Unavailable as away:
                self.problem, self._waiter = str(away), waiter
                record.say(f"waits {pause_s:g} s for {away}")
                await asyncio.sleep(pause_s)
            else:
                self._is_back(waiter, record)
                return found
        return await work()

    def _is_back(self, waiter: object, record: JobRecord) -> None:
        if self._waiter is waiter:
            self.problem, self._waiter = "", None
            record.say("goes on")

    async def _known(self) -> frozenset[str]:
        return frozenset(await asyncio.to_thread(self.universes.names))

    async def _work(
        self,
        waiting: Iterator[str],
        pieces: tuple[Piece, ...],
        known: frozenset[str],
        record: JobRecord,
    ) -> None:
        for symbol in waiting:
            left = list(pieces)
            try:
                await self._load(symbol, left, known, record)
            except InvalidData as invalid:
                record.failed[symbol] = str(invalid)
            except Rejected as refused:
                if refused.status in _REFUSES_ALL:
                    raise
                record.failed[symbol] = _reason(refused)
            record.leave(len(left))
            for notice in self.history.dropped():
                self.refused(notice.detail, notice.count)

    async def _load(
        self, symbol: str, left: list[Piece], known: frozenset[str], record: JobRecord
    ) -> None:
        record.turn_to(symbol)
        symbol = spelled(symbol, known)
        if symbol not in known:
            await self.patiently(record, lambda: self._introduce(symbol))
        while left:
            record.advance(await self._one_piece(symbol, left[0], record))
            left.pop(0)

    async def _one_piece(self, symbol: str, piece: Piece, record: JobRecord) -> int:
        bars = await self.patiently(record, lambda: self._fetch(symbol, piece))
        await self.patiently(record, lambda: self._write(symbol, bars, piece.timeframe))
        return len(bars)

    async def _introduce(self, symbol: str) -> None:
        ticker = await self.history.look_up(symbol)
        kind = "etf" if ticker.type in _FUNDS else "stock"
        await asyncio.to_thread(self.universes.add, symbol, ticker.name or symbol, kind)

    async def _fetch(self, symbol: str, piece: Piece) -> ClosedBars:
        fetch = self.history.bars[piece.timeframe]
        batch = await fetch(symbol, piece.from_ms, piece.fetched_to_ms)
        bars = as_official(batch) if piece.timeframe == DAILY else as_backfilled(batch)
        good = sound(bars, piece)
        if not good.all():
            self.refused(f"{piece.timeframe} bars with impossible values", int((~good).sum()))
        kept = bars.take(good)
        kept.row[:] = 0
        return kept if piece.timeframe != HOURLY else await self._hours(kept, piece)

    async def _hours(self, halves: ClosedBars, piece: Piece) -> ClosedBars:
        hours = await asyncio.to_thread(self.history.hours.fold, halves)
        return hours.take((hours.start_ms >= piece.from_ms) & (hours.start_ms < piece.to_ms))

    async def _write(self, symbol: str, bars: ClosedBars, timeframe: str) -> None:
        async with self._writing:
            writing = asyncio.create_task(
                asyncio.to_thread(self.store.replace_bars, bars, (symbol,), timeframe)
            )
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                await asyncio.wait({writing})  # a thread cannot be stopped; say so only after it
                raise


def _reason(refused: Rejected) -> str:
    return "unknown to REST" if refused.status == 404 else refused.detail
