"""Tell for how long prices have kept their scale: how far back the last restated bar lies."""

from pl.kernel import kernel, leaf
from pl.lanes import N_LANES
from pl.market.batches import Int32, Int64
from pl.signals.bars import Bars
from pl.signals.history import History, find
from pl.signals.restated import are_near, is_restated


@leaf
def scale_age(starts: Int64, bars: Bars, i: int, most: int) -> int:
    """Return how many bars before bar `i` the newest restated one lies, at most `most`.

    It is 0 when bar `i` itself is restated; see `restated`.
    """
    j = i
    first = max(i - most, 0) + 1
    while j >= first:
        if j - N_LANES + 1 >= first and are_near(bars, j - N_LANES + 1):
            j -= N_LANES
        elif is_restated(starts, bars, j):
            return i - j
        else:
            j -= 1
    return most


@leaf
def scale_age_of(history: History, row: int, start: int, most: int) -> int:
    """Return the same of the bar of a row that begins at `start` (ms), `most` if it is not held."""
    i = find(history, row, start)
    if i >= history.n_bars[row] or history.start[row, i] != start:
        return most
    return scale_age(history.start[row], history.columns[..., row], i, most)


@kernel
def scale_ages(history: History, row: Int32, start: Int64, most: int, out: Int64) -> None:
    """Write into `out` (n,) the age of the scale of each bar named by `row` and `start` (n,)."""
    for b in range(len(row)):
        out[b] = scale_age_of(history, row[b], start[b], most)
