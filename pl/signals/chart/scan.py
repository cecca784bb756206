"""Look for chart patterns bar by bar, for many symbols or over one history.

A bar's find depends on the MEMORY_BARS bars up to it alone. At one bar at most one pattern is
found, the best of all scales. A find whose break was already found, with a pattern at
least half as long, in the QUIET_BARS bars before and after the newest pivot, is the same break
seen at another scale and is left out. So is one of the very pivots whose break sufficed in those
bars, however much better they fit now: a signal is confirmed once.

What lies more than NEAR below the confidence of an alert is left out.

A close that confirms no pivot and stays between the levels whose crossing could complete a pattern
costs three comparisons: see `watch`.
"""

from typing import Final

import numpy as np

from pl.kernel import as_int64, inner_leaf, kernel, leaf
from pl.market.batches import Float64, Int32, Int64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart.confidence import confidence, relative_size, relative_volume
from pl.signals.chart.forming import FIRST_SCALE, best_forming, is_formed, would_alert
from pl.signals.chart.pivots import WINDOW_BARS, confirm_all
from pl.signals.chart.registry import CHARTS
from pl.signals.chart.sketch import (
    BAR,
    CONFIDENCE,
    CONTEXT,
    ENTRY,
    FIT,
    HEIGHT,
    LEVEL,
    LINES,
    MAX_LINES,
    MAX_POINTS,
    N_POINTS,
    PATTERN,
    POINTS,
    SIZE,
    STOP,
    TARGET,
    TURN,
    VOLUME,
)
from pl.signals.chart.state import N_RECENT, TOO_WEAK, ChartState, empty_state
from pl.signals.chart.watch import best_of_scales, is_calm

QUIET_BARS: Final = 24
MEMORY_BARS: Final = WINDOW_BARS + QUIET_BARS
MUCH_BETTER: Final = 0.9
NEAR: Final = 0.05
LEAST_CONFIDENCE: Float64 = np.array(
    [round(chart.alert_from - NEAR, 2) for chart in CHARTS], np.float64
)
BREAK_BARS: Int64 = np.array([chart.break_bars for chart in CHARTS], np.int64)


@leaf
def is_known(recent: Float64, out: Float64, offset: int) -> bool:
    """Tell whether the find's break was found before; then note the find among the recent."""
    first, i = out[POINTS] + offset, out[BAR] + offset
    newest = out[POINTS + 2 * int(out[N_POINTS]) - 2] + offset
    known = False
    for r in range(N_RECENT):
        bar, turn, start = recent[r, 0], recent[r, 1], recent[r, 2]
        if turn != out[TURN] or bar <= newest or bar < i - QUIET_BARS:
            continue
        long_enough = bar - start >= 0.5 * (i - first)
        known = known or (long_enough and recent[r, 3] >= MUCH_BETTER * out[FIT])
        same = start == first and recent[r, 4] == newest
        known = known or (same and recent[r, 5] == out[PATTERN])
    for r in range(N_RECENT - 1, 0, -1):
        for column in range(recent.shape[1]):
            recent[r, column] = recent[r - 1, column]
    recent[0, 0] = i
    recent[0, 1] = out[TURN]
    recent[0, 2] = first
    recent[0, 3] = out[FIT]
    recent[0, 4] = newest
    recent[0, 5] = TOO_WEAK
    return known


@leaf
def complete(bars: Bars, i: int, out: Float64) -> None:
    """Turn the prices back and add entry, target, volume, size and confidence."""
    turn = out[TURN]
    turning = int(out[POINTS + 2 * int(out[N_POINTS]) - 2])
    turning = max(turning, i - BREAK_BARS[int(out[PATTERN])])
    out[VOLUME] = relative_volume(bars, i, int(out[POINTS]), turning)
    out[CONTEXT] = relative_size(bars, i, int(out[POINTS]), out[HEIGHT])
    out[CONFIDENCE] = confidence(out[FIT], out[VOLUME], out[CONTEXT])
    out[ENTRY] = bars[i, CLOSE]
    out[TARGET] = turn * (out[LEVEL] + out[HEIGHT])
    out[LEVEL] *= turn
    out[STOP] *= turn
    for m in range(MAX_POINTS):
        out[POINTS + 2 * m + 1] *= turn
    for m in range(2 * MAX_LINES):
        out[LINES + 2 * m + 1] *= turn


@inner_leaf
def look(state: ChartState, row: int, bars: Bars, i: int, offset: int, out: Float64) -> bool:
    """Take bar `i` of a row; write its find into `out` and tell whether there is one.

    Bars of a row come in order, each once. bars : (n, 6); out : (SIZE,) float64
    """
    changed = confirm_all(state.rings[row], state.counts[row], bars, i, offset)
    state.changed[row] = changed
    if is_calm(state, row, changed, bars[i, CLOSE], i + offset):
        return False
    if not best_of_scales(state, row, changed, bars, i, offset, out):
        return False
    known = is_known(state.recent[row], out, offset)
    complete(bars, i, out)
    if out[CONFIDENCE] < LEAST_CONFIDENCE[int(out[PATTERN])]:
        return False
    state.recent[row, 0, 5] = out[PATTERN]
    return not known


@inner_leaf
def forms(state: ChartState, row: int, bars: Bars, i: int, offset: int, out: Float64) -> bool:
    """Write what bar `i`, which `look` has taken without a find, shows forming, if any."""
    changed = state.changed[row]
    if (changed >> FIRST_SCALE) == 0:
        return False
    if not best_forming(state, row, changed, bars, i, offset, out):
        return False
    if is_formed(state.formed[row], out, offset, QUIET_BARS):
        return False
    complete(bars, i, out)
    return would_alert(out)


@kernel
def look_along(state: ChartState, row: int, bars: Bars, begin: int, end: int, out: Float64) -> int:
    """Take bars `begin` to `end` - 1 of a row; return how many finds were written.

    out : (at least end - begin, SIZE) float64
    """
    n = 0
    for i in range(begin, end):
        if look(state, row, bars, i, as_int64(0), out[n]):
            n += 1
    return n


@kernel
def look_at_close(
    state: ChartState, columns: Float64, n_bars: Int64, offset: Int64, rows: Int32, out: Float64
) -> int:
    """Take the newest bar of each row of `rows`; return how many finds were written.

    columns : (C, 6, S) float64 in Fortran order, the bars of all symbols; n_bars, offset : (S,)
    int64 bars held and bars dropped before them; rows : (n,) int32; out : (at least n, SIZE + 1)
    float64, the row's number in front of each find.
    """
    n = 0
    for r in range(len(rows)):
        row = rows[r]
        i = n_bars[row] - 1
        if look(state, row, columns[..., row], i, offset[row], out[n, 1:]):
            out[n, 0] = row
            n += 1
    return n


def scan(bars: Bars) -> Float64:
    """Return the finds of one symbol's history, oldest first, shape (n, SIZE).

    bars : (n_bars, 6) float64, sound, oldest first.
    """
    out = np.empty((len(bars), SIZE), np.float64)
    n = look_along(empty_state(1), 0, np.asfortranarray(bars), 0, len(bars), out)
    return out[:n].copy()
