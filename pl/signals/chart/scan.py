"""Look for chart patterns bar by bar, for many symbols or over one history.

A bar's find depends on the MEMORY_BARS bars up to it alone. At one bar at most one pattern is
found, the best of all scales. A find whose break was already found, with a pattern at
least half as long, in the QUIET_BARS bars before and after the newest pivot, is the same break
seen at another scale and is left out.
"""

from typing import Final, NamedTuple

import numpy as np

from pl.kernel import kernel
from pl.market.batches import Float64, Int32, Int64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart import sketch
from pl.signals.chart.confidence import confidence, relative_size, relative_volume
from pl.signals.chart.names import ROUNDING_BOTTOM
from pl.signals.chart.pivots import (
    KIND,
    N_FIELDS,
    N_SCALES,
    RING,
    SCALES,
    WINDOW_BARS,
    confirm_all,
    read_newest,
)
from pl.signals.chart.rules import find_best, may_break
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
    SCALE,
    SIZE,
    STOP,
    TARGET,
    TURN,
    VOLUME,
)

QUIET_BARS: Final = 24
MEMORY_BARS: Final = WINDOW_BARS + QUIET_BARS
N_RECENT: Final = 4
MUCH_BETTER: Final = 0.9
MAX_PIVOTS: Final = 8
RIM_BARS: Final = 3
"""A rounding bottom has no last swing: its break is the last bars, as many as these."""


class ChartState(NamedTuple):
    """Hold the pivots of S symbols, one row each, as a cache of what their bars say.

    rings : (S, N_SCALES, RING, 4) float64; counts : (S, N_SCALES) int64 entries of each ring;
    recent : (S, 4, 4) float64 position, turn, first position and fit of the newest finds, those
    left out included. Positions count the bars of a symbol; an index into an array of its bars is a
    position less the offset, the number of bars dropped from the front of that array.
    """

    rings: Float64
    counts: Int64
    recent: Float64


def empty_state(n_symbols: int) -> ChartState:
    """Return a state that has seen no bar."""
    return ChartState(
        np.zeros((n_symbols, N_SCALES, RING, N_FIELDS), np.float64),
        np.zeros((n_symbols, N_SCALES), np.int64),
        np.full((n_symbols, N_RECENT, 4), -1e15, np.float64),
    )


@kernel
def best_of_scales(
    state: ChartState, row: int, bars: Bars, i: int, offset: int, out: Float64
) -> bool:
    """Write the best fitting find of bar `i` over all scales; tell whether there is one."""
    found = False
    looked = False
    for scale in range(N_SCALES):
        count = state.counts[row, scale]
        if count < 3:
            continue
        ring = state.rings[row, scale]
        turn = -int(ring[count - 1, KIND])
        k = SCALES[scale]
        if not may_break(bars, i, turn, ring, count, offset):
            continue
        if not looked:
            xs = np.empty(MAX_PIVOTS, np.float64)
            ys = np.empty(MAX_PIVOTS, np.float64)
            draft = np.empty(SIZE, np.float64)
            sketch.clear(out)
            looked = True
        n = read_newest(ring, count, i, k, offset, xs, ys)
        if find_best(bars, i, turn, k, xs, ys, n, draft, out):
            out[TURN] = turn
            out[SCALE] = k
            out[BAR] = i
            found = True
    return found


@kernel
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
    for r in range(N_RECENT - 1, 0, -1):
        recent[r, :] = recent[r - 1, :]
    recent[0, 0] = i
    recent[0, 1] = out[TURN]
    recent[0, 2] = first
    recent[0, 3] = out[FIT]
    return known


@kernel
def complete(bars: Bars, i: int, out: Float64) -> None:
    """Turn the prices back and add entry, target, volume, size and confidence."""
    turn = out[TURN]
    turning = int(out[POINTS + 2 * int(out[N_POINTS]) - 2])
    if out[PATTERN] == ROUNDING_BOTTOM:
        turning = max(turning, i - RIM_BARS)
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


@kernel
def look(state: ChartState, row: int, bars: Bars, i: int, offset: int, out: Float64) -> bool:
    """Take bar `i` of a row; write its find into `out` and tell whether there is one.

    Bars of a row come in order, each once. bars : (n, 6); out : (SIZE,) float64
    """
    confirm_all(state.rings[row], state.counts[row], bars, i, offset)
    if not best_of_scales(state, row, bars, i, offset, out):
        return False
    if is_known(state.recent[row], out, offset):
        return False
    complete(bars, i, out)
    return True


@kernel
def look_along(state: ChartState, row: int, bars: Bars, begin: int, end: int, out: Float64) -> int:
    """Take bars `begin` to `end` - 1 of a row; return how many finds were written.

    out : (at least end - begin, SIZE) float64
    """
    n = 0
    for i in range(begin, end):
        if look(state, row, bars, i, 0, out[n]):
            n += 1
    return n


@kernel
def look_at_close(
    state: ChartState, columns: Float64, n_bars: Int64, offset: Int64, rows: Int32, out: Float64
) -> int:
    """Take the newest bar of each row of `rows`; return how many finds were written.

    columns : (S, C, 6) float64, the bars of all symbols; n_bars, offset : (S,) int64 bars held
    and bars dropped before them; rows : (n,) int32; out : (at least n, SIZE + 1) float64, the
    row's number in front of each find.
    """
    n = 0
    for r in range(len(rows)):
        row = rows[r]
        i = n_bars[row] - 1
        if look(state, row, columns[row], i, offset[row], out[n, 1:]):
            out[n, 0] = row
            n += 1
    return n


def scan(bars: Bars) -> Float64:
    """Return the finds of one symbol's history, oldest first, shape (n, SIZE).

    bars : (n_bars, 6) float64, sound, oldest first.
    """
    out = np.empty((len(bars), SIZE), np.float64)
    n = look_along(empty_state(1), 0, bars, 0, len(bars), out)
    return out[:n].copy()
