"""Hold bars by row, and all together where thousands of rows are looked at."""

from collections.abc import Mapping

import numpy as np

from pl.market.batches import ClosedBars

ByRow = dict[int, ClosedBars]


def together(rows: Mapping[int, ClosedBars]) -> ClosedBars:
    """Return the bars of all rows, one row after the other."""
    if not rows:
        return ClosedBars.empty()
    parts = list(rows.values())
    columns = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ClosedBars.__dataclass_fields__
    )
    return ClosedBars(*columns)


def since(rows: Mapping[int, ClosedBars], from_ms: int) -> ClosedBars:
    """Return the bars that start at or after `from_ms`, one row after the other."""
    parts = {}
    for row, bars in rows.items():
        if len(bars) and bars.start_ms[-1] >= from_ms:
            parts[row] = bars.part(int(np.searchsorted(bars.start_ms, from_ms)), len(bars))
    return together(parts)


def apart(bars: ClosedBars, n_rows: int) -> ByRow:
    """Return bars, sorted by row, as views by row; rows without any have an empty entry."""
    edges = np.searchsorted(bars.row, np.arange(n_rows + 1)).tolist()
    return {row: bars.part(edges[row], edges[row + 1]) for row in range(n_rows)}


def by_row(bars: ClosedBars) -> ByRow:
    """Return bars, sorted by time, by row; rows without any are left out."""
    bars = bars.take(np.argsort(bars.row, kind="stable"))
    rows, first = np.unique(bars.row, return_index=True)
    ends = np.append(first[1:], len(bars)).tolist()
    return {
        row: bars.part(begin, end)
        for row, begin, end in zip(rows.tolist(), first.tolist(), ends, strict=True)
    }
