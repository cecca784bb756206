"""Hold bars by row: one row after the other, so that thousands of rows are looked at as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pl.market.batches import ClosedBars, Int32, Int64
from pl.market.columns import concatenated

ByRow = Mapping[int, ClosedBars]
Chooser = Callable[[Int64], npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Rows(Mapping[int, ClosedBars]):
    """Hold the bars of rows 0 to n - 1, oldest first, a row after the other.

    whole : all of them; edges : (n + 1,) int64 where each row begins, and the end.
    """

    whole: ClosedBars
    edges: Int64

    def __getitem__(self, row: int) -> ClosedBars:
        """Return views of the bars of a row; raises KeyError for one that is not held."""
        if not 0 <= row < len(self):
            raise KeyError(row)
        return self.whole.part(int(self.edges[row]), int(self.edges[row + 1]))

    def __iter__(self) -> Iterator[int]:
        """Go through the rows in order."""
        return iter(range(len(self)))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.edges) - 1

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Rows":
        """Return the bars that a mask of `whole` chooses, these themselves when it chooses all."""
        if chosen.all():
            return self
        kept = np.concatenate([[0], np.cumsum(chosen)])
        return Rows(self.whole.take(chosen), kept[self.edges])


def rows_of(bars: ClosedBars, n_rows: int) -> Rows:
    """Return bars that are sorted by row as those of rows 0 to `n_rows` - 1."""
    return Rows(bars, np.searchsorted(bars.row, np.arange(n_rows + 1)).astype(np.int64))


def where(rows: ByRow, chosen: Chooser) -> ByRow:
    """Return of each row the bars whose starts (n,) are chosen."""
    if isinstance(rows, Rows):
        return rows.where(chosen(rows.whole.start_ms))
    return {row: bars.where(chosen(bars.start_ms)) for row, bars in rows.items()}


def together(rows: ByRow, asked: Sequence[int] | None = None) -> tuple[ClosedBars, Int64]:
    """Return the bars of the rows asked for, of all unless told, one row after the other.

    With them (n + 1,) where each of the rows begins, and the end.
    """
    asked = list(rows) if asked is None else asked
    if not asked:
        return ClosedBars.empty(), np.zeros(1, np.int64)
    first, last = asked[0], asked[-1]
    if isinstance(rows, Rows) and asked == list(range(first, last + 1)):
        begin, end = int(rows.edges[first]), int(rows.edges[last + 1])
        return rows.whole.part(begin, end), rows.edges[first : last + 2] - begin
    parts = [rows[row] for row in asked]
    edges = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return concatenated(parts), edges


def longest(rows: ByRow) -> int:
    """Return how many bars the row with the most of them has, 0 without rows."""
    if isinstance(rows, Rows):
        return int(np.diff(rows.edges).max(initial=0))
    return max(map(len, rows.values()), default=0)


def spans(rows: ByRow) -> tuple[Int64, Int64, Int64]:
    """Return how many bars each row has, where they begin, and the last one; (n,) each.

    Unix ms; 0 where a row has no bars.
    """
    if not isinstance(rows, Rows):
        found = [_span(bars) for bars in rows.values()]
        out = np.array(found, np.int64).reshape(-1, 3).T
        return out[0], out[1], out[2]
    n_bars = np.diff(rows.edges)
    held = n_bars > 0
    first_ms, last_ms = np.zeros((2, len(n_bars)), np.int64)
    first_ms[held] = rows.whole.start_ms[rows.edges[:-1][held]]
    last_ms[held] = rows.whole.start_ms[rows.edges[1:][held] - 1]
    return n_bars, first_ms, last_ms


def _span(bars: ClosedBars) -> tuple[int, int, int]:
    if not len(bars):
        return 0, 0, 0
    return len(bars), int(bars.start_ms[0]), int(bars.start_ms[-1])


def newest(rows: ByRow, n: int) -> tuple[Int32, Int64]:
    """Return row and start, (m,) each, of up to `n` last bars of each row, oldest first by row."""
    if not isinstance(rows, Rows):
        rows = {row: bars.part(max(len(bars) - n, 0), len(bars)) for row, bars in rows.items()}
    bars, edges = together(rows)
    held = np.minimum(np.diff(edges), n)
    before = np.cumsum(held) - held
    places = np.repeat(edges[1:] - held - before, held) + np.arange(held.sum())
    row = np.repeat(np.array(list(rows), np.int32), held)
    return row, bars.start_ms[places]


def since(rows: ByRow, from_ms: int) -> ClosedBars:
    """Return the bars that start at or after `from_ms`, one row after the other."""
    bars, _ = together(rows)
    return bars.take(bars.start_ms >= from_ms)


def by_row(bars: ClosedBars) -> dict[int, ClosedBars]:
    """Return bars, sorted by time, by row; rows without any are left out."""
    bars = bars.take(np.argsort(bars.row, kind="stable"))
    rows, first = np.unique(bars.row, return_index=True)
    ends = np.append(first[1:], len(bars)).tolist()
    return {
        row: bars.part(begin, end)
        for row, begin, end in zip(rows.tolist(), first.tolist(), ends, strict=True)
    }
