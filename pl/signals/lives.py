"""Lay out the signals of all symbols that have not ended, and what is written when they do.

A row's open signals follow from its last LONGEST_LIFE bars and what fired on them, so they are a
cache: `births.replay` grows them again after a restart or a revision.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from pl.market.batches import Float64, Int64, UInt8
from pl.signals import charting
from pl.signals.candidates import MAX_DEFINING_BARS
from pl.signals.evaluation import N_FACTS, N_NUMBERS

SIDE: Final = 0
STOP: Final = 1
TARGET: Final = 2
BORN: Final = 3
LAST: Final = 4
BORN_MS: Final = 5
SLOT: Final = 6
FORMS: Final = 7
N_HOT: Final = 8
"""Columns of an open signal: its side, stop and target; how many bars the row had seen when it was
born, and when it expires; the start of the bar it was born on; where its record lies; 1 when it is
forming. Each has a cache line of its own."""
LINE: Final = 8
"""Numbers in a cache line."""

HIT_RECORD: Final = N_FACTS + MAX_DEFINING_BARS + N_NUMBERS
TIMES: Final = N_FACTS
NUMBERS: Final = N_FACTS + MAX_DEFINING_BARS

CAUSE: Final = 0
ROW: Final = 1
LIFE: Final = 2
BARS: Final = 3
PRICE: Final = 4
START: Final = 5
BIRTH: Final = 6
CHANGES: Final = 7
RECORD: Final = 8
"""Columns of an ending: the bar of the batch that caused it, its row, how it ended, after how many
bars, at which price; start of the ending bar and of the bar of birth, unix ms; how often bars
from before the birth on have changed; then the record of what ended."""

ROOM: Final = 64
CHART_ROOM: Final = 8


class Open(NamedTuple):
    """Hold the open signals of S rows, oldest first, K at most in a row.

    hot : (S, K, N_HOT) float64; records : (K, S, R) float64, what the kernels wrote of the find,
    rows side by side: few have many, and memory that nobody writes to is none; n : (S,) int64.
    """

    hot: Float64
    records: Float64
    n: Int64


FLOOR: Final = 0
CEILING: Final = 1
SOONEST: Final = 2
N_EDGES: Final = 3
"""Columns of what ends a row's first open signal: a low at or below the floor, a high at or above
the ceiling, USD, or so many bars seen."""


class Lives(NamedTuple):
    """Hold open signals, chart patterns apart.

    seen : (S,) int64 bars counted; touched : (S,) uint8, 1 when a bar held was ever changed;
    edges : (S, N_EDGES) float64, see FLOOR.
    """

    hits: Open
    charts: Open
    seen: Int64
    touched: UInt8
    edges: Float64


class Endings(NamedTuple):
    """Receive endings.

    hits : (N, RECORD + HIT_RECORD) float64; charts : (M, RECORD + charting.N_COLUMNS) float64;
    n : (2,) int64 how many were written of each.
    """

    hits: Float64
    charts: Float64
    n: Int64


def lined(shape: tuple[int, ...]) -> Float64:
    """Return zeros that begin at the start of a cache line."""
    n = math.prod(shape)
    room = np.zeros(n + LINE, np.float64)
    first = -room.ctypes.data // room.itemsize % LINE
    return room[first : first + n].reshape(shape)


def _empty_open(n_rows: int, room: int, width: int) -> Open:
    hot = lined((n_rows, room, N_HOT))
    hot[:, :, SLOT] = np.arange(room)
    return Open(hot, np.empty((room, n_rows, width), np.float64), np.zeros(n_rows, np.int64))


def empty_lives(n_rows: int, room: int = ROOM, chart_room: int = CHART_ROOM) -> Lives:
    """Return rows without open signals, with room for so many in each."""
    return Lives(
        _empty_open(n_rows, room, HIT_RECORD),
        _empty_open(n_rows, chart_room, charting.N_COLUMNS),
        np.zeros(n_rows, np.int64),
        np.zeros(n_rows, np.uint8),
        np.tile([-math.inf, math.inf, math.inf], (n_rows, 1)),
    )


def room_for_endings(lives: Lives, n_bars: int) -> Endings:
    """Return room for the endings of about `n_bars` bars, of one bar at least."""
    n_hits, n_charts = lives.hits.hot.shape[1], lives.charts.hot.shape[1]
    return Endings(
        np.empty((2 * n_bars + n_hits, RECORD + HIT_RECORD), np.float64),
        np.empty((n_bars + n_charts, RECORD + charting.N_COLUMNS), np.float64),
        np.zeros(2, np.int64),
    )


def _widened(some: Open) -> Open:
    wide = _empty_open(len(some.n), 2 * some.hot.shape[1], some.records.shape[2])
    room = some.hot.shape[1]
    wide.hot[:, :room] = some.hot
    wide.records[:room] = some.records
    wide.n[:] = some.n
    return wide


def widened(lives: Lives) -> Lives:
    """Return the same with room for twice as many open signals in each row."""
    return lives._replace(hits=_widened(lives.hits), charts=_widened(lives.charts))
