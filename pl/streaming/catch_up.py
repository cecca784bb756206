"""Bring history up to now before the live feed is let in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from pl.errors import Rejected, Unavailable
from pl.market.backfilled import as_backfilled
from pl.market.batches import MINUTE_MS, QUALITY_PARTIAL, BarBatch, ClosedBars
from pl.store.bars import BarStore
from pl.store.history import BarHistory
from pl.streaming.repair import Fetch

log = structlog.get_logger()

OPEN_TO_REVISION_MS: Final = 16 * MINUTE_MS
CONCURRENT: Final = 16


@dataclass(frozen=True, slots=True)
class History:
    """Hold what the engine is warmed with, a row a symbol, and what it has not seen.

    missed : bars after the last evaluated one, and older ones that changed meanwhile, sorted
    by (start_ms, row).
    """

    warm: dict[int, ClosedBars]
    missed: ClosedBars


class CatchUp:
    """Fetch what is missing by REST, store it, and read it back.

    The database is the one truth: what is warmed is what a later start would read.
    fetch : (symbol, from_ms, to_ms) -> minute bars, or None for a feed without REST.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        store: BarStore,
        history: BarHistory,
        fetch: Fetch | None,
        n_bars: int,
    ) -> None:
        self._symbols = symbols
        self._store = store
        self._history = history
        self._fetch = fetch
        self._n_bars = n_bars
        self.problem = ""

    async def run(self, oldest_ms: int, now_ms: int, through_ms: int | None) -> History:
        """Return history up to the minute that is running at `now_ms`.

        oldest_ms : where history begins that is needed; through_ms : the last evaluated bar,
        None when none ever was (then nothing is missed). Raises Unavailable for PostgreSQL.
        """
        before_ms = now_ms - now_ms % MINUTE_MS
        stored = await self._read(before_ms)
        if self._fetch is not None and await self._fetch_missing(stored, oldest_ms, before_ms):
            fresh = await self._read(before_ms)
        else:
            fresh = stored
        if through_ms is None:
            return History(fresh, ClosedBars.empty())
        warm = {row: bars.take(bars.start_ms <= through_ms) for row, bars in stored.items()}
        return History(warm, _missed(warm, fresh))

    async def _read(self, before_ms: int) -> dict[int, ClosedBars]:
        by_symbol = await asyncio.to_thread(
            self._history.last_bars, self._symbols, self._n_bars, before_ms
        )
        return {row: by_symbol[symbol] for row, symbol in enumerate(self._symbols)}

    async def _fetch_missing(
        self, stored: dict[int, ClosedBars], oldest_ms: int, before_ms: int
    ) -> int:
        gate = asyncio.Semaphore(CONCURRENT)

        async def one(row: int) -> BarBatch | None:
            start_ms = _fetch_from(stored[row], oldest_ms)
            if start_ms >= before_ms:
                return None
            async with gate:
                return await self._fetch_one(row, start_ms, before_ms)

        batches = await asyncio.gather(*(one(row) for row in range(len(self._symbols))))
        found = [as_backfilled(batch) for batch in batches if batch is not None and len(batch)]
        if not found:
            return 0
        bars = _joined(found)
        await asyncio.to_thread(self._store.replace_bars, bars, self._symbols)
        log.info("history_fetched", bars=len(bars), symbols=len(found))
        return len(bars)

    async def _fetch_one(self, row: int, start_ms: int, before_ms: int) -> BarBatch | None:
        assert self._fetch is not None  # noqa: S101 - only called when there is one
        try:
            return await self._fetch(self._symbols[row], start_ms, before_ms)
        except (Unavailable, Rejected) as error:
            self.problem = f"history of {self._symbols[row]}: {error}"
            log.warning("history_missing", symbol=self._symbols[row], detail=str(error))
            return None


def _fetch_from(stored: ClosedBars, oldest_ms: int) -> int:
    if not len(stored) or int(stored.start_ms[0]) > oldest_ms + OPEN_TO_REVISION_MS:
        return oldest_ms
    doubted = stored.start_ms[stored.quality == QUALITY_PARTIAL]
    newest = int(doubted[0]) if len(doubted) else int(stored.start_ms[-1]) - OPEN_TO_REVISION_MS
    return max(oldest_ms, min(newest, int(stored.start_ms[-1]) - OPEN_TO_REVISION_MS))


def _joined(parts: Sequence[ClosedBars]) -> ClosedBars:
    columns = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ClosedBars.__dataclass_fields__
    )
    joined = ClosedBars(*columns)
    return joined.take(np.lexsort((joined.row, joined.start_ms)))


def _missed(warm: dict[int, ClosedBars], fresh: dict[int, ClosedBars]) -> ClosedBars:
    parts = [_unseen(warm[row], fresh[row]) for row in fresh]
    parts = [part for part in parts if len(part)]
    return _joined(parts) if parts else ClosedBars.empty()


def _unseen(seen: ClosedBars, fresh: ClosedBars) -> ClosedBars:
    """Return the bars of `fresh` that `seen` has not, or has in an older revision."""
    place = np.searchsorted(seen.start_ms, fresh.start_ms)
    known = place < len(seen)
    known[known] = seen.start_ms[place[known]] == fresh.start_ms[known]
    same = known.copy()
    before, after = seen.take(place[known]), fresh.take(known)
    same[known] = (before.revision >= after.revision) & (before.quality == after.quality)
    if len(seen):
        same |= fresh.start_ms < seen.start_ms[0]
    return fresh.take(~same)
