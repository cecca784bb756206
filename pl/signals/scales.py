"""Tell for how long prices have kept their scale: how far back the last restated bar lies."""

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import Float64, Int32, Int64
from pl.signals.bars import Bars
from pl.signals.restated import is_restated


@leaf
def scale_age(starts: Int64, bars: Bars, i: int, most: int) -> int:
    """Return how many bars before bar `i` the newest restated one lies, at most `most`.

    It is 0 when bar `i` itself is restated; see `restated`.
    """
    for j in range(i, max(i - most, 0), -1):
        if is_restated(starts, bars, j):
            return i - j
    return most


@kernel
def scale_ages(
    starts: Int64, bars: Float64, n_bars: Int64, row: Int32, start: Int64, most: int, out: Int64
) -> None:
    """Write into `out` (n,) the age of the scale of each bar named by `row` and `start` (n,).

    It is `most` where the bar is not held. starts : (S, C) unix ms; bars : (C, 6, S); n_bars : (S,)
    bars held of each row.
    """
    for b in range(len(row)):
        held = starts[row[b], : n_bars[row[b]]]
        i = np.searchsorted(held, start[b])
        out[b] = most
        if i < len(held) and held[i] == start[b]:
            out[b] = scale_age(held, bars[..., row[b]], i, most)
