"""Let a bar that comes again go on from the revision under which its symbol's row holds it.

Who builds bars counts their changes from none at each start; what an earlier run had revised would
look older than what is held, and change nothing.
"""

from dataclasses import replace

import numpy as np

from pl.kernel import kernel
from pl.market.batches import ClosedBars, Float64, Int32, Int64
from pl.market.columns import stacked
from pl.signals.history import History, find


@kernel
def count_on(
    history: History, row: Int64, start: Int64, prices: Float64, revision: Int32, out: Int32
) -> None:
    """Write the revision of each of n bars; `prices` has shape (n, 6)."""
    for b in range(len(row)):
        out[b] = revision[b]
        at = find(history, row[b], start[b])
        if at == history.n_bars[row[b]] or history.start[row[b], at] != start[b]:
            continue
        differs = 0
        for column in range(prices.shape[1]):
            held, comes = history.columns[at, column, row[b]], prices[b, column]
            if held != comes and not (np.isnan(held) and np.isnan(comes)):
                differs = 1
        out[b] = max(revision[b], history.revision[row[b], at] + differs)


def continued(history: History, bars: ClosedBars) -> ClosedBars:
    """Return bars, those that are held already at least under the revision they are held with.

    One that says something else than the one that is held is at least the next revision.
    """
    if not len(bars):
        return bars
    revision = np.empty(len(bars), np.int32)
    count_on(
        history,
        bars.row.astype(np.int64),
        np.require(bars.start_ms, np.int64, ("C", "W")),
        stacked(bars, axis=1),
        np.require(bars.revision, np.int32, ("C", "W")),
        revision,
    )
    return replace(bars, revision=revision)
