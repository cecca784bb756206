"""Write the whole row of a symbol's last bar, as its close wrote it."""

import numpy as np

from pl.market.batches import Int64
from pl.signals.entries import Entries
from pl.signals.evaluation import mark_range
from pl.signals.history import History
from pl.signals.registry import PATTERNS
from pl.signals.table import IndicatorTable
from pl.signals.warming import walked


def last_rows(history: History, rows: Int64, standing: Entries) -> IndicatorTable:
    """Return the rows of the last bars of `rows`, those without a bar left out.

    standing : what stands on these bars. What needs other symbols is NaN.
    """
    table = walked(history, rows, 1)
    place = {row: k for k, row in enumerate(table.row.tolist())}
    for row, k in place.items():
        last = int(history.n_bars[row]) - 1
        mark_range(history, row, last, last + 1, table.candles[k : k + 1])
    fired = np.flatnonzero(standing.kind < len(PATTERNS))
    for row, kind in zip(standing.row[fired].tolist(), standing.kind[fired].tolist(), strict=True):
        table.patterns[place[row]] |= 1 << kind
    return table
