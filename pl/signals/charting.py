"""Look for chart patterns in the bars of the engine's rows."""

from typing import Final

import numpy as np

from pl.kernel import as_int64, inner_leaf, kernel, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, VOLUME
from pl.signals.chart.find import read_find
from pl.signals.chart.forming import is_formed
from pl.signals.chart.hit import FIRST_NUMBER, ChartHit
from pl.signals.chart.scan import MEMORY_BARS, QUIET_BARS, forms, look
from pl.signals.chart.sketch import (
    LINES,
    MAX_LINES,
    MAX_POINTS,
    N_LINES,
    N_POINTS,
    PATTERN,
    POINTS,
    SIZE,
    TURN,
)
from pl.signals.chart.state import NEWEST_FIND, ChartState, empty_state, forget
from pl.signals.evaluation import is_whole
from pl.signals.history import History
from pl.signals.restated import holds_restated

CAUSE: Final = SIZE
ROW: Final = SIZE + 1
SHARES: Final = SIZE + 2
PREVIOUS: Final = SIZE + 3
STARTS: Final = SIZE + 4
LINE_STARTS: Final = STARTS + MAX_POINTS
BAR_START: Final = LINE_STARTS + 2 * MAX_LINES
N_COLUMNS: Final = BAR_START + 1
"""What is known of a find besides its sketch: the bar of the batch that caused it, its row, the
bar's volume, the close before it, and the starts (unix ms) of the bars of its points, of the ends
of its lines, and of the bar."""


def room_for_finds(n_bars: int) -> Float64:
    """Return room for the finds of `n_bars` bars; pages are touched only when written."""
    return np.empty((n_bars, N_COLUMNS), np.float64)


@inner_leaf
def look_at_bar(
    history: History,
    charts: ChartState,
    row: int,
    at: int,
    i: int,
    cause: int,
    finds: Float64,
    n: int,
) -> int:
    """Take bar `i` of a row into state `at`; append its find, or what it shows forming.

    Returns how many there are.

    Bars of a row come in order, each once. A find that reaches back to a partial bar, or
    to prices of another scale, is left out.
    """
    out = finds[n]
    bars, offset = history.columns[..., row], charts.dropped[at]
    if look(charts, at, bars, i, offset, out):
        is_formed(charts.formed[at], out, offset, QUIET_BARS)
    elif not forms(charts, at, bars, i, offset, out):
        return n
    n_bars = i - int(out[POINTS]) + 1
    if not is_whole(history, row, i, n_bars):
        return n
    if holds_restated(history.start[row], bars, i, n_bars):
        return n
    out[CAUSE] = cause
    out[ROW] = row
    out[SHARES] = bars[i, VOLUME]
    out[PREVIOUS] = bars[i - 1, CLOSE]
    out[BAR_START] = history.start[row, i]
    for m in range(int(out[N_POINTS])):
        out[STARTS + m] = history.start[row, int(out[POINTS + 2 * m])]
    for m in range(2 * int(out[N_LINES])):
        out[LINE_STARTS + m] = history.start[row, int(out[LINES + 2 * m])]
    return n + 1


@kernel
def look_again(
    history: History, charts: ChartState, row: int, at: int, begin: int, end: int, finds: Float64
) -> int:
    """Grow state `at` from a row's bars up to `end`; write the finds of bars `begin` on.

    It goes on as one that saw all bars. finds : (at least end - begin + 1, N_COLUMNS) float64.
    Returns how many finds were written.
    """
    forget(charts, at)
    n = as_int64(0)
    for i in range(max(begin - MEMORY_BARS, 0), end):
        grown = look_at_bar(history, charts, row, at, i, as_int64(0), finds, n)
        n = grown if i >= begin else n
    return n


def finds_between(history: History, row: int, begin: int, end: int) -> tuple[Float64, int]:
    """Return the finds that bars `begin` to `end` - 1 of a row complete, and how many."""
    finds = room_for_finds(max(end - begin, 0) + 1)
    if end <= begin:
        return finds, 0
    return finds, look_again(history, empty_state(1), row, 0, begin, end, finds)


@leaf
def may_stand(history: History, charts: ChartState, row: int, begin: int) -> bool:
    """Tell whether a bar from `begin` on may have completed a chart or shown one forming."""
    newest = max(charts.recent[row, 0, NEWEST_FIND], charts.formed[row, 0, NEWEST_FIND])
    return bool(newest - charts.dropped[row] >= min(begin, history.n_bars[row]))


def read_charts(finds: Float64, n: int) -> list[ChartHit]:
    """Return the finds that the kernels wrote, in their order."""
    return [read_chart(found) for found in finds[:n]]


def read_chart(numbers: Float64) -> ChartHit:
    """Return the find that a kernel wrote; `numbers` has shape (N_COLUMNS,)."""
    find = read_find(numbers[:SIZE])
    starts = numbers[STARTS : STARTS + len(find.points)].astype(np.int64).tolist()
    ends = numbers[LINE_STARTS : LINE_STARTS + 2 * len(find.lines)].astype(np.int64).tolist()
    return ChartHit(
        cause=int(numbers[CAUSE]),
        row=int(numbers[ROW]),
        pattern=FIRST_NUMBER + int(numbers[PATTERN]),
        direction=int(numbers[TURN]),
        revision=0,
        times=(*starts, int(numbers[BAR_START])),
        line_times=tuple(ends),
        volume=float(numbers[SHARES]),
        previous_close=float(numbers[PREVIOUS]),
        find=find,
    )
