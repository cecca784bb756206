"""Read the bars that an engine holds, outside kernels."""

import numpy as np

from pl.market.batches import Float64, Int64
from pl.signals.history import History


def columns_of(history: History, row: int) -> Float64:
    """Return one row's bars as a view, shape (capacity, 6)."""
    bars: Float64 = history.columns[..., row]
    return bars


def column_at(history: History, rows: Int64, at: Int64, column: int) -> Float64:
    """Return a column of the bars at positions of rows, which are broadcast together."""
    return np.asarray(history.columns[at, column, rows], np.float64)
