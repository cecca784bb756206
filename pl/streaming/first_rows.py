"""Store the row of each symbol's last bar where a start found none.

A first start fetches and evaluates history that no close of ours stored. Until a timeframe closes
the next time, readers would find nothing of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from pl.market.batches import Int64
from pl.signals.engine import SignalEngine
from pl.signals.table import IndicatorTable, join
from pl.signals.universe import Universe
from pl.store.closes import rows_of
from pl.store.indicators import IndicatorStore
from service.errors import Unavailable

log = structlog.get_logger()

AFTER_S: Final = 5.0
"""After the start, when the first closes have been told."""
ROWS_AT_ONCE: Final = 32
"""Symbols evaluated in one go: some 4 ms in which the market waits."""
STORED_AT_ONCE: Final = 512
"""Rows copied in one go, so that the closes' own rows do not wait long behind them."""
PAUSE_S: Final = 0.05
"""Between two goes; a close that falls into one waits for its end."""


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Fill in what `engines`, by timeframe, know of their last bars and the database does not."""

    engines: Mapping[str, SignalEngine]
    symbols: Sequence[str]
    store: IndicatorStore

    async def run(self) -> None:
        """Fill in every timeframe once; a database that is away leaves them to their closes."""
        await asyncio.sleep(AFTER_S)
        for timeframe, engine in self.engines.items():
            try:
                n_rows = await self.fill(timeframe, engine)
            except Unavailable as error:
                log.warning("first_rows_left_out", timeframe=timeframe, detail=error.detail)
            else:
                log.info("first_rows_stored", timeframe=timeframe, rows=n_rows)

    async def fill(self, timeframe: str, engine: SignalEngine) -> int:
        """Store the rows of the last bars unless all are there; return how many were evaluated.

        A close in between stores its own rows, so that nothing is left to do. Raises Unavailable.
        """
        rows = np.flatnonzero(engine.history.n_bars)
        starts = _last_starts(engine, rows)
        symbols = [self.symbols[row] for row in rows.tolist()]
        if await asyncio.to_thread(self.store.holds, symbols, starts, timeframe):
            return 0
        table = await self._evaluated(engine, rows)
        if not np.array_equal(starts, _last_starts(engine, rows)):
            return 0
        Universe().compare(table)
        for begin in range(0, len(table), STORED_AT_ONCE):
            part = rows_of(table, begin, begin + STORED_AT_ONCE)
            await asyncio.to_thread(self.store.add_indicators, part, self.symbols, timeframe)
            await asyncio.sleep(PAUSE_S)
        return len(table)

    async def _evaluated(self, engine: SignalEngine, rows: Int64) -> IndicatorTable:
        """Return the last rows of all symbols, some at a time."""
        tables = []
        for some in np.array_split(rows, len(rows) // ROWS_AT_ONCE + 1):
            tables.append(engine.last_rows(some))
            await asyncio.sleep(PAUSE_S)
        return join(tables)


def _last_starts(engine: SignalEngine, rows: Int64) -> Int64:
    """Return the start of the last bar of rows that have one, unix ms."""
    history = engine.history
    return history.start[rows, history.n_bars[rows] - 1].copy()
