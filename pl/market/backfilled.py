"""Take bars of a history into our own."""

import numpy as np

from pl.market.batches import QUALITY_BACKFILLED, BarBatch, ClosedBars


def as_backfilled(batch: BarBatch) -> ClosedBars:
    """Return the bars of a batch as closed ones, revision 0, of quality `backfilled`."""
    n = len(batch)
    return ClosedBars(
        batch.row,
        batch.start_ms,
        batch.open,
        batch.high,
        batch.low,
        batch.close,
        batch.volume,
        batch.vwap,
        batch.trade_count,
        np.zeros(n, np.int32),
        np.full(n, QUALITY_BACKFILLED, np.uint8),
    )
