"""Take the newest values of lines' indicators, all symbols of a close in one call."""

from typing import Final, NamedTuple

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import Float64, Int32, Int64
from pl.prefetch import prefetch
from pl.signals.history import History
from pl.signals.scales import scale_age_of

TOLD: Final = 0
HELD: Final = 1
MISLED: Final = 2
LONG_AGO: Final = -(2**62)
AHEAD: Final = 8
"""So many rows on, values are fetched while a row is looked at."""


class Lines(NamedTuple):
    """Hold L lines: column of the indicator, where it lies, the side it is crossed to (1.0 or
    -1.0) and how many bars a crossing feels; (L,) each."""

    column: Int64
    at: Float64
    side: Float64
    feels: Int64


class Seen(NamedTuple):
    """Hold what was seen of each row: values of the last bar and of the one before it (S, L), start
    of the last (S,), latest crossings, and those before the last bar (S, L); times in unix ms."""

    before: Float64
    earlier: Float64
    start: Int64
    crossed: Int64
    crossed_earlier: Int64

    @staticmethod
    def nothing(n_rows: int, n_lines: int) -> "Seen":
        """Return that of rows of which nothing was seen."""
        return Seen(
            np.full((n_rows, n_lines), np.nan),
            np.full((n_rows, n_lines), np.nan),
            np.full(n_rows, LONG_AGO, np.int64),
            np.full((n_rows, n_lines), LONG_AGO, np.int64),
            np.full((n_rows, n_lines), LONG_AGO, np.int64),
        )


@leaf
def begin_bar(seen: Seen, row: int, line: int, is_fresh: bool) -> None:
    """Go on to the next bar of a row, or go back to before its last one, which was revised."""
    if is_fresh:
        seen.earlier[row, line] = seen.before[row, line]
        seen.crossed_earlier[row, line] = seen.crossed[row, line]
    else:
        seen.crossed[row, line] = seen.crossed_earlier[row, line]


@kernel
def look(
    seen: Seen,
    lines: Lines,
    row: Int32,
    start_ms: Int64,
    values: Float64,
    order: Int64,
    history: History,
    cool_ms: int,
    out: Int64,
) -> int:
    """Take n rows of indicators in order of time; write place, line and verdict of each crossing.

    A row of a bar that is no later than the last one seen crosses nothing; of the last bar it is
    remembered as if it had come in time, one of an earlier bar is not remembered. values : (n, N);
    order : (n,) places of the rows by time; history : the bars of these rows, for the scale of
    their prices; out : (n * L, 3). Rows of symbols that are not among the S are left out. Returns
    how many.
    """
    n_found = 0
    for at in range(len(order)):
        b, coming = order[at], order[min(at + AHEAD, len(order) - 1)]
        for k in range(len(lines.at)):
            prefetch(values, coming * values.shape[1] + lines.column[k])
        r = row[b]
        if r >= len(seen.start) or start_ms[b] < seen.start[r]:
            continue
        is_fresh = start_ms[b] > seen.start[r]
        for k in range(len(lines.at)):
            now = values[b, lines.column[k]]
            begin_bar(seen, r, k, is_fresh)
            was = (seen.earlier[r, k] - lines.at[k]) * lines.side[k]
            seen.before[r, k] = now
            if was <= 0.0 and (now - lines.at[k]) * lines.side[k] > 0.0:
                verdict = MISLED
                felt = int(lines.feels[k])
                if scale_age_of(history, r, start_ms[b], felt) >= felt:
                    verdict = HELD if seen.crossed[r, k] >= start_ms[b] - cool_ms else TOLD
                    seen.crossed[r, k] = start_ms[b]
                if is_fresh:
                    out[n_found, 0], out[n_found, 1], out[n_found, 2] = b, k, verdict
                    n_found += 1
        seen.start[r] = start_ms[b]
    return n_found
