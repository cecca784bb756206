"""Bring history up to now before the live feed is let in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import structlog

from pl.market.backfilled import as_backfilled
from pl.market.batches import MINUTE_MS, QUALITY_PARTIAL, BarBatch, ClosedBars
from pl.market.columns import concatenated
from pl.market.rows import ByRow, where
from pl.store.bars import BarStore
from pl.streaming.absence import away
from pl.streaming.repair import Fetch
from pl.streaming.watch import Gap
from service.errors import InvalidData, Rejected, SettingsError, Unavailable

log = structlog.get_logger()

OPEN_TO_REVISION_MS: Final = 16 * MINUTE_MS
CONCURRENT: Final = 16


class Past(Protocol):
    """Where stored bars are read; see `BarHistory`."""

    def last_bars(
        self, symbols: Sequence[str], n: int, before_ms: int, timeframe: str = ...
    ) -> ByRow:
        """Return up to `n` bars that start before `before_ms` of each symbol, oldest first.

        A row is a place in `symbols`.
        """


@dataclass(frozen=True, slots=True)
class History:
    """Hold what the engine is warmed with, a row a symbol, and what it has not seen.

    stored : all there is now; missed : bars after the last evaluated one, and older ones that
    changed meanwhile, sorted by (start_ms, row); away : rows of symbols that return: what they
    missed by the last evaluated bar is no news.
    """

    warm: ByRow
    missed: ClosedBars
    stored: ByRow
    away: tuple[int, ...] = ()


@dataclass(slots=True)
class CatchUp:
    """Fetch what is missing by REST, store it, and read it back.

    The database is the one truth: what is warmed is what a later start would read.
    fetch : (symbol, from_ms, to_ms) -> minute bars, or None for a feed without REST;
    n_bars : how many bars of each symbol are read.
    Afterwards `unfetched` holds what REST did not answer for, and `refused` why it never will, by
    symbol.
    """

    symbols: Sequence[str]
    store: BarStore
    history: Past
    fetch: Fetch | None
    n_bars: int
    unfetched: list[tuple[str, Gap]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    _away: bool = False
    _unknown_key: str = ""

    async def run(self, oldest_ms: int, now_ms: int, through_ms: int | None) -> History:
        """Return history up to the minute that is running at `now_ms`.

        oldest_ms : where history begins that is needed; through_ms : the last evaluated bar,
        None when none ever was (then nothing is missed). Raises Unavailable for PostgreSQL,
        SettingsError for a key that Massive does not know.
        """
        before_ms = now_ms - now_ms % MINUTE_MS
        stored = await self._read(before_ms)
        fresh = stored
        if self.fetch is not None and await self._fetch_missing(stored, oldest_ms, before_ms):
            fresh = await self._read(before_ms)
        if through_ms is None:
            return History(fresh, ClosedBars.empty(), fresh)
        warm = where(_with_past(stored, fresh), lambda start_ms: start_ms <= through_ms)
        return History(warm, _missed(warm, fresh), fresh, away(stored, fresh, through_ms))

    async def _read(self, before_ms: int) -> ByRow:
        return await asyncio.to_thread(self.history.last_bars, self.symbols, self.n_bars, before_ms)

    async def _fetch_missing(self, stored: ByRow, oldest_ms: int, before_ms: int) -> int:
        gate = asyncio.Semaphore(CONCURRENT)

        async def one(row: int) -> BarBatch | None:
            gap = Gap(_fetch_from(stored[row], oldest_ms), before_ms)
            async with gate:
                return await self._fetch_one(self.symbols[row], gap)

        batches = await asyncio.gather(*(one(row) for row in range(len(self.symbols))))
        if self._unknown_key:
            raise SettingsError([f"MASSIVE_API_KEY: refused by Massive: {self._unknown_key}"])
        found = [as_backfilled(batch) for batch in batches if batch is not None and len(batch)]
        if not found:
            return 0
        bars = _joined(found)
        await asyncio.to_thread(self.store.replace_bars, bars, self.symbols)
        log.info("history_fetched", bars=len(bars), symbols=len(found))
        return len(bars)

    async def _fetch_one(self, symbol: str, gap: Gap) -> BarBatch | None:
        if gap.from_ms >= gap.to_ms or self.fetch is None:
            return None
        if self._away:  # one symbol has waited for all
            self.unfetched.append((symbol, gap))
            return None
        try:
            return await self.fetch(symbol, gap.from_ms, gap.to_ms)
        except Unavailable as error:
            self._away = True
            self.unfetched.append((symbol, gap))
            log.warning("history_away", symbol=symbol, detail=str(error))
        except (Rejected, InvalidData) as error:
            if isinstance(error, Rejected) and error.error == "unknown_key":
                self._away = True
                self._unknown_key = str(error)
                return None
            self.refused[symbol] = str(error)
            log.warning("history_refused", symbol=symbol, detail=str(error))
        return None


def _fetch_from(stored: ClosedBars, oldest_ms: int) -> int:
    """Return from where bars are fetched: the first that is not whole, or may have changed."""
    if not len(stored) or int(stored.start_ms[0]) > oldest_ms + OPEN_TO_REVISION_MS:
        return oldest_ms
    start_ms = int(stored.start_ms[-1]) - OPEN_TO_REVISION_MS
    doubted = stored.start_ms[stored.quality == QUALITY_PARTIAL]
    if len(doubted):
        start_ms = min(start_ms, int(doubted[0]))
    return max(oldest_ms, start_ms)


def _joined(parts: Sequence[ClosedBars]) -> ClosedBars:
    columns = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ClosedBars.__dataclass_fields__
    )
    joined = ClosedBars(*columns)
    return joined.take(np.lexsort((joined.row, joined.start_ms)))


def _with_past(stored: ByRow, fresh: ByRow) -> ByRow:
    """Return what is stored, and what was fetched from before the first of it, or where is none.

    Nobody watched the symbol then: what these bars brought is no news.
    """
    if stored is fresh:
        return stored
    joined = {}
    for row, bars in fresh.items():
        held = stored[row]
        n_before = int(np.searchsorted(bars.start_ms, held.start_ms[0])) if len(held) else len(bars)
        if n_before:
            joined[row] = concatenated([bars.part(0, n_before), held])
    return {**stored, **joined} if joined else stored


def _missed(warm: ByRow, fresh: ByRow) -> ClosedBars:
    if warm is fresh:
        return ClosedBars.empty()
    parts = [_unseen(warm[row], fresh[row]) for row in fresh]
    parts = [part for part in parts if len(part)]
    return _joined(parts) if parts else ClosedBars.empty()


def _unseen(seen: ClosedBars, fresh: ClosedBars) -> ClosedBars:
    """Return the bars of `fresh` that `seen` has not, or has in an older revision."""
    if seen is fresh:
        return ClosedBars.empty()
    place = np.searchsorted(seen.start_ms, fresh.start_ms)
    known = place < len(seen)
    known[known] = seen.start_ms[place[known]] == fresh.start_ms[known]
    same = known.copy()
    before, after = seen.take(place[known]), fresh.take(known)
    same[known] = (before.revision >= after.revision) & (before.quality == after.quality)
    return fresh.take(~same)
