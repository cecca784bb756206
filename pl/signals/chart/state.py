"""Hold what the bars of many symbols say about pivots, as a cache: the bars alone decide."""

import math
from typing import Final, NamedTuple

import numpy as np

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64, Int64
from pl.prefetch import prefetch
from pl.signals.chart.pivots import N_FIELDS, N_SCALES, RING
from pl.signals.chart.sketch import SIZE

N_RECENT: Final = 4
N_SHORT: Final = 3
LONG_AGO: Final = -1e15
NEWEST_FIND: Final = 0
"""Column of `recent` and `formed`: the position of a find."""
N_RECENT_FIELDS: Final = 6
TOO_WEAK: Final = -1.0

LEVEL: Final = 0
UNTIL: Final = 1
SIDE: Final = 2
"""Columns of what is watched at one scale: the turned price whose crossing may complete a pattern,
the last position up to which that holds, and 1 or -1, by which prices are turned; 0 when there are
too few pivots."""

CEILING: Final = 0
FLOOR: Final = 1
LATEST: Final = 2
"""Columns of the same for all scales: prices between floor and ceiling complete nothing."""


class ChartState(NamedTuple):
    """Hold the pivots of S symbols, one row each, as a cache of what their bars say.

    rings : (S, N_SCALES, RING, 4) float64; counts : (S, N_SCALES) int64 entries of each ring;
    recent : (S, 4, 6) float64 position, turn, first position, fit, last pivot's position and
    pattern, or TOO_WEAK, of the newest finds, those left out included;
    watched : (S, N_SCALES, 3) float64; calm : (S, 3) float64;
    dropped : (S,) int64 bars dropped from the front of the row's bars since the first position;
    changed : (S,) int64, bit s set when the newest bar confirmed a pivot of scale s;
    formed : (S, 4, 4) float64 position, signed pattern, first and last position of the newest
    that were forming; room : (5, SIZE) float64, room for the rules to work in.
    Positions count the bars of a symbol; an index into an array of its bars is a
    position less the offset, the number of bars dropped from the front of that array.
    """

    rings: Float64
    counts: Int64
    recent: Float64
    watched: Float64
    calm: Float64
    dropped: Int64
    changed: Int64
    formed: Float64
    room: Float64


def empty_state(n_symbols: int) -> ChartState:
    """Return a state that has seen no bar."""
    state = ChartState(
        np.zeros((n_symbols, N_SCALES, RING, N_FIELDS), np.float64),
        np.zeros((n_symbols, N_SCALES), np.int64),
        np.empty((n_symbols, N_RECENT, N_RECENT_FIELDS), np.float64),
        np.empty((n_symbols, N_SCALES, 3), np.float64),
        np.empty((n_symbols, 3), np.float64),
        np.zeros(n_symbols, np.int64),
        np.zeros(n_symbols, np.int64),
        np.empty((n_symbols, N_RECENT, 4), np.float64),
        np.empty((5, SIZE), np.float64),
    )
    for row in range(n_symbols):
        forget(state, row)
    return state


@inner_leaf
def fetch_row(state: ChartState, row: int, i: int) -> None:
    """Fetch what the next bar of a row, `i`, will read, while another row is worked on.

    Of the rings that are most likely to be read: those of the short swings, and those whose watch
    is over.
    """
    prefetch(state.calm, 3 * row)
    prefetch(state.counts, N_SCALES * row)
    prefetch(state.dropped, row)
    for slot in range(0, 3 * N_SCALES, 8):
        prefetch(state.watched, 3 * N_SCALES * row + slot)
    position = i + state.dropped[row]
    for scale in range(N_SCALES):
        if scale < N_SHORT or position > state.watched[row, scale, UNTIL]:
            newest = (row * N_SCALES + scale) * RING + state.counts[row, scale] - 1
            prefetch(state.rings, newest * N_FIELDS)
            prefetch(state.rings, (newest - 3) * N_FIELDS)


@leaf
def forget(state: ChartState, row: int) -> None:
    """Make a row one that has seen no bar."""
    state.counts[row, :] = 0
    state.dropped[row] = 0
    state.recent[row, :, :] = LONG_AGO
    state.changed[row] = 0
    state.formed[row, :, :] = LONG_AGO
    state.watched[row, :, :] = math.inf
    state.watched[row, :, SIDE] = 0.0
    state.calm[row, CEILING] = math.inf
    state.calm[row, FLOOR] = -math.inf
    state.calm[row, LATEST] = math.inf
