"""Take bars of a history into our own."""

from dataclasses import replace

import numpy as np

from pl.market.batches import QUALITY_BACKFILLED, QUALITY_OFFICIAL, BarBatch, ClosedBars


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


def as_official(batch: BarBatch) -> ClosedBars:
    """Return the days of a batch as closed bars, revision 0, of quality `official`."""
    return replace(as_backfilled(batch), quality=np.full(len(batch), QUALITY_OFFICIAL, np.uint8))


def as_members(bars: ClosedBars) -> ClosedBars:
    """Return bars as parts of a longer one, to which an official day is a backfilled one."""
    quality = np.where(bars.quality == QUALITY_OFFICIAL, QUALITY_BACKFILLED, bars.quality)
    return replace(bars, quality=quality.astype(np.uint8))
