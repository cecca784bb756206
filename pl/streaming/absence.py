"""Tell which symbols nobody watched for a while: they left the universe and have returned."""

import numpy as np

from pl.market.batches import QUALITY_LIVE, Int64
from pl.market.rows import ByRow


def away(stored: ByRow, fresh: ByRow, through_ms: int) -> tuple[int, ...]:
    """Return the rows of which bars by `through_ms` had to be fetched that were heard of others.

    stored, fresh : what was stored before and after that. What the feed or the database lost it
    lost for all symbols; a symbol of which nothing is stored joins.
    """
    missed = {} if stored is fresh else _missed(stored, fresh, through_ms)
    if not missed:
        return ()
    first_ms = min(int(start_ms[0]) for start_ms in missed.values())
    heard = _heard(stored, first_ms, through_ms)
    return tuple(row for row, start_ms in missed.items() if np.isin(start_ms, heard).any())


def _missed(stored: ByRow, fresh: ByRow, through_ms: int) -> dict[int, Int64]:
    """Return by row the starts of its bars after the last one stored, where there are any."""
    found = {}
    for row, bars in fresh.items():
        held = stored[row].start_ms
        if len(held) and len(bars) and bars.start_ms[-1] > held[-1] < through_ms:
            begin, end = np.searchsorted(bars.start_ms, (held[-1], through_ms), side="right")
            found[row] = bars.start_ms[begin:end]
    return {row: start_ms for row, start_ms in found.items() if len(start_ms)}


def _heard(stored: ByRow, first_ms: int, last_ms: int) -> Int64:
    """Return the starts of the bars in [first_ms, last_ms] that the feed told of."""
    parts = []
    for bars in stored.values():
        begin = np.searchsorted(bars.start_ms, first_ms)
        end = np.searchsorted(bars.start_ms, last_ms, side="right")
        parts.append(bars.start_ms[begin:end][bars.quality[begin:end] == QUALITY_LIVE])
    return np.unique(np.concatenate(parts))
