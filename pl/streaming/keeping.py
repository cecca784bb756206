"""Keep what the engines hold, now and then and at the end, for the next start to begin with."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from pl.market.batches import Int32
from pl.market.folding import Folding
from pl.market.timeframes import INTRADAY
from pl.signals.engine import SignalEngine
from pl.signals.held import HeldBars
from pl.store.snapshot import Snapshots

log = structlog.get_logger()

MINUTE: Final = INTRADAY[0]
FIRST_AFTER_S: Final = 60.0
EVERY_S: Final = 900.0
ROWS_AT_ONCE: Final = 64
"""Symbols copied in one go: some 4 ms in which the market waits."""
ROOM_AHEAD: Final = 64
"""Bars that find room until the next time, so that no close has to wait for it."""
PAUSE_S: Final = 0.05
"""Between two goes, so that commits find the disk free."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Write snapshots of `engines`, by timeframe; a disk that takes none costs only the next start.

    n_rows : symbols of each engine; folding : knows the trades of the latest minutes.
    """

    snapshots: Snapshots
    engines: Mapping[str, SignalEngine]
    n_rows: int
    folding: Folding

    async def run(self) -> None:
        """Keep a while after the start and every so often, until cancelled."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            await self.keep(pause_s=PAUSE_S)
            await asyncio.sleep(EVERY_S)

    async def keep(self, *, pause_s: float = 0.0) -> None:
        """Write one snapshot of each engine; the bars of a symbol are copied between two closes."""
        for timeframe, engine in self.engines.items():
            engine.make_room_ahead(ROOM_AHEAD)
            try:
                await self._keep(timeframe, engine, pause_s)
            except OSError as error:
                log.warning("snapshot_refused", timeframe=timeframe, detail=str(error))

    async def _keep(self, timeframe: str, engine: SignalEngine, pause_s: float) -> None:
        draft = await asyncio.to_thread(self.snapshots.draft, timeframe)
        try:
            for begin in range(0, self.n_rows, ROWS_AT_ONCE):
                held = engine.held(begin, min(begin + ROWS_AT_ONCE, self.n_rows))
                trades = self._trades(held, begin) if timeframe == MINUTE else None
                await asyncio.to_thread(draft.add, held, engine.through_ms, trades)
                await asyncio.sleep(pause_s)
            await asyncio.to_thread(draft.finish)
        finally:
            draft.close()
        log.info("snapshot_kept", timeframe=timeframe, symbols=self.n_rows)

    def _trades(self, held: HeldBars, begin: int) -> Int32:
        row = begin + np.repeat(np.arange(len(held.n_bars)), held.n_bars)
        return self.folding.trades_of(row, held.start)
