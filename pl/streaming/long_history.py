"""Bring the bars longer than a minute up to the session from which minutes are folded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from pl.market.backfilled import as_backfilled, as_official
from pl.market.batches import ClosedBars
from pl.market.coarser import bar_starts, coarser
from pl.market.columns import merged
from pl.market.rows import ByRow, by_row, together, where
from pl.market.sessions import MarketSessions
from pl.market.timeframes import (
    DAILY,
    FOLDED,
    MINUTES,
    WEEKLY,
    bars_between_anchors,
    ends_of,
    session_from,
    week_of,
)
from pl.signals.chart.scan import MEMORY_BARS
from pl.signals.history import SEED_BARS
from pl.store.bars import BarStore
from pl.store.snapshot_history import SnapshotHistory
from pl.streaming.catch_up import CONCURRENT
from pl.streaming.repair import Fetch
from service.errors import InvalidData, Rejected, Unavailable

log = structlog.get_logger()

FINEST: Final = "5min"
HOURLY: Final = "1hour"
"""Hours that others stored may begin on the hour, ours where the session does."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Fetch history by REST; span : ms before now from which each timeframe is asked for."""

    fetch: Mapping[str, Fetch]
    span_ms: Mapping[str, int]


@dataclass(slots=True)
class LongHistory:
    """Read what is stored of each timeframe, fetch what is missing before it, store that too.

    5-minute bars are fetched and folded into those of 15 minutes and 1 hour, days into weeks.
    What is stored decides: where a symbol has bars, only what follows them is fetched. Without
    `sources` nothing is. refused : why REST gave no answer, by symbol.
    """

    symbols: tuple[str, ...]
    sessions: MarketSessions
    store: BarStore
    history: SnapshotHistory
    sources: Sources | None
    refused: dict[str, str] = field(default_factory=dict)
    _away: bool = False

    def read(self, now_ms: int) -> dict[str, ByRow]:
        """Return by timeframe and row what is stored; raises Unavailable for PostgreSQL."""
        return {name: self._read(name, now_ms) for name in FOLDED}

    async def run(
        self, now_ms: int, whole_from_ms: int, held: Mapping[str, ByRow] | None = None
    ) -> dict[str, ByRow]:
        """Return by timeframe and row what started before `now_ms`, oldest first.

        whole_from_ms : open of the first session whose minutes are all known; held : what `read`
        found, where it was called already. Raises Unavailable for PostgreSQL.
        """
        held = dict(await asyncio.to_thread(self.read, now_ms) if held is None else held)
        fresh = {}
        if self.sources is not None:
            for name in (FINEST, DAILY):
                oldest_ms = self._oldest(name, now_ms - self.sources.span_ms[name])
                fresh[name] = await self._fetch(name, held[name], oldest_ms, whole_from_ms)
        return await asyncio.to_thread(self._complete, held, fresh, whole_from_ms)

    def _read(self, timeframe: str, now_ms: int) -> ByRow:
        between = bars_between_anchors(self.sessions, timeframe)
        n = SEED_BARS + max(MEMORY_BARS, between) + between
        held = self.history.last_bars(self.symbols, n, now_ms, timeframe)
        return held if timeframe != HOURLY else on_grid(held, timeframe, self.sessions)

    async def _fetch(
        self, timeframe: str, held: ByRow, oldest_ms: int, whole_from_ms: int
    ) -> ClosedBars:
        to_ms = self._start_of(timeframe, whole_from_ms)
        gate = asyncio.Semaphore(CONCURRENT)

        async def one(row: int) -> ClosedBars:
            from_ms = self._missing_from(timeframe, held[row], oldest_ms)
            async with gate:
                return await self._fetch_one(timeframe, row, from_ms, to_ms)

        found = merged(await asyncio.gather(*(one(row) for row in range(len(self.symbols)))))
        if timeframe == DAILY:
            return found
        return found.take(self.sessions.regular(found.start_ms))

    async def _fetch_one(self, timeframe: str, row: int, from_ms: int, to_ms: int) -> ClosedBars:
        symbol = self.symbols[row]
        if from_ms >= to_ms or self.sources is None or self._away:
            return ClosedBars.empty()
        try:
            batch = await self.sources.fetch[timeframe](symbol, from_ms, to_ms)
            return as_official(batch) if timeframe == DAILY else as_backfilled(batch)
        except Unavailable as error:
            self._away = True
            self.refused[symbol] = str(error)
            log.warning("long_history_away", symbol=symbol, detail=str(error))
        except (Rejected, InvalidData) as error:
            self.refused[symbol] = str(error)
            log.warning("long_history_refused", symbol=symbol, detail=str(error))
        return ClosedBars.empty()

    def _missing_from(self, timeframe: str, held: ClosedBars, oldest_ms: int) -> int:
        """Return where the first session starts of which bars are missing."""
        if not len(held):
            return oldest_ms
        last_ms = int(held.start_ms[-1])
        session = session_from(self.sessions, last_ms)
        is_whole = timeframe == DAILY or last_ms + MINUTES[FINEST] * 60_000 >= session.close_ms
        return self._start_of(timeframe, session.close_ms if is_whole else session.open_ms)

    def _oldest(self, timeframe: str, ms: int) -> int:
        """Return where a first fetch starts: days from a Monday on, for the first week is whole."""
        if timeframe == DAILY:
            return week_of(self.sessions, session_from(self.sessions, ms)).start_ms
        return self._start_of(timeframe, ms)

    def _start_of(self, timeframe: str, ms: int) -> int:
        session = session_from(self.sessions, ms)
        if timeframe == DAILY:
            return self.sessions.day_start_ms(session.session_date)
        return session.open_ms

    def _complete(
        self, held: dict[str, ByRow], fresh: Mapping[str, ClosedBars], whole_from_ms: int
    ) -> dict[str, ByRow]:
        """Store what is fetched, and what follows from it, behind what is held.

        The finest bars, which say what is still to be fetched, come after those folded from them.
        """
        for name in reversed(MINUTES):
            if len(fresh.get(FINEST, ())):
                self._append(name, held, coarser(fresh[FINEST], name, self.sessions))
        self._append(DAILY, held, fresh.get(DAILY, ClosedBars.empty()))
        days = merged([together(held[DAILY])[0]])
        weeks = self._unheld(held[WEEKLY], self._weeks_over(days, whole_from_ms))
        if len(weeks) and (days.trade_count < 0).any():  # a snapshot does not know the trades
            since_ms = int(weeks.start_ms.min())
            days = self.history.bars_between(self.symbols, since_ms, whole_from_ms, DAILY)
            weeks = self._weeks_over(days, whole_from_ms)
        self._append(WEEKLY, held, weeks)
        return held

    def _weeks_over(self, days: ClosedBars, now_ms: int) -> ClosedBars:
        weeks = coarser(days, WEEKLY, self.sessions)
        return weeks.take(ends_of(self.sessions, WEEKLY, weeks.start_ms) <= now_ms)

    def _unheld(self, held: ByRow, bars: ClosedBars) -> ClosedBars:
        """Return the bars after the last one held of each row."""
        last = np.full(len(self.symbols), -(2**62), np.int64)
        for row, known in held.items():
            if len(known):
                last[row] = known.start_ms[-1]
        return bars.take(bars.start_ms > last[bars.row])

    def _append(self, timeframe: str, held: dict[str, ByRow], bars: ClosedBars) -> None:
        """Add to what is held, and store, the bars after the last one held of each row."""
        bars = self._unheld(held[timeframe], bars)
        if not len(bars):
            return
        self.store.write_bars(bars, self.symbols, timeframe)
        log.info("long_history_stored", timeframe=timeframe, bars=len(bars))
        longer = {row: merged([held[timeframe][row], part]) for row, part in by_row(bars).items()}
        held[timeframe] = {**held[timeframe], **longer}


def on_grid(held: ByRow, timeframe: str, sessions: MarketSessions) -> ByRow:
    """Return the bars that start where bars folded from a session's open do."""
    starts = np.unique(together(held)[0].start_ms)
    ours = starts[bar_starts(starts, timeframe, sessions) == starts]
    return held if len(ours) == len(starts) else where(held, lambda start: np.isin(start, ours))
