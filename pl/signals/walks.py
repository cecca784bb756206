"""Copy what the engine knows beside the bars of its rows, and take it up where they are the same.

State, charts and open signals follow from the bars, so they are a cache: a row that takes them up
goes on as the one that was copied would have, without its bars being walked again.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pl.market.batches import Float64, Int64
from pl.market.rows import ByRow, spans
from pl.signals.chart.state import ChartState
from pl.signals.history import History
from pl.signals.lives import N_HOT, SLOT, Lives, Open, widened

Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Walks:
    """Hold what was known of S rows when their bars were copied.

    usable : (S,) bool, where the bars are known to be the same as far as they reach; n_bars : (S,)
    int64 bars that were held; first_ms, last_ms : (S,) int64 where they begin, and the last one;
    walk : (S, W) float64, see `walks_of`; hits, finds : the open signals of all rows, see
    `open_of`.
    """

    usable: Bool
    n_bars: Int64
    first_ms: Int64
    last_ms: Int64
    walk: Float64
    hits: Float64
    finds: Float64

    @staticmethod
    def of(n_bars: Int64, start: Int64, walk: Float64, hits: Float64, finds: Float64) -> "Walks":
        """Return what is known of rows whose bars start at `start` (m,), none of it usable yet.

        Raises ValueError when there are not as many rows, or open signals, as there should be.
        """
        if len(walk) != len(n_bars):
            raise ValueError(f"walk: expected {len(n_bars)} rows, were {len(walk)}")
        if (len(hits), len(finds)) != tuple(walk[:, -2:].sum(axis=0).tolist()):
            raise ValueError("hits, finds: expected as many as are open")
        held, ends = n_bars > 0, np.cumsum(n_bars)
        first_ms, last_ms = np.zeros((2, len(n_bars)), np.int64)
        first_ms[held] = start[(ends - n_bars)[held]]
        last_ms[held] = start[ends[held] - 1]
        usable = np.zeros(len(n_bars), np.bool_)
        return Walks(usable, n_bars, first_ms, last_ms, walk, hits, finds)

    def where(self, usable: Bool) -> "Walks":
        """Return the same, usable for the rows (S,) of which that is known."""
        return replace(self, usable=usable)


def walks_of(history: History, charts: ChartState, lives: Lives, begin: int, end: int) -> Float64:
    """Return what is known of rows `begin` to `end` - 1 in one line each, (n, W) float64."""
    views = _views(history, charts, lives)
    return np.concatenate([view[begin:end] for view in views], axis=1, dtype=np.float64)


def open_of(some: Open, begin: int, end: int) -> Float64:
    """Return the open signals of rows `begin` to `end` - 1, oldest first by row.

    (n, N_HOT + R) float64: what is compared at each bar, then the record.
    """
    n = some.n[begin:end]
    hot = some.hot[begin:end][np.arange(some.hot.shape[1]) < n[:, None]]
    row = np.repeat(np.arange(begin, end), n)
    return np.concatenate([hot, some.records[hot[:, SLOT].astype(np.int64), row]], axis=1)


def take_up(
    history: History, charts: ChartState, lives: Lives, walks: Walks | None, bars: ByRow
) -> tuple[Lives, Int64]:
    """Let rows go on that hold the very bars they were copied with, as far as there are walks.

    history : already holds `bars`, as far back as they are needed. Returns the lives, widened if
    need be, and the rows whose bars are to be walked.
    """
    rows = np.fromiter(bars, np.int64, len(bars))
    if walks is None or not _has_shape(walks, history, charts, lives):
        return lives, rows
    n_bars, first_ms, last_ms = spans(bars)
    same = walks.usable[rows] & (n_bars == walks.n_bars[rows]) & (n_bars > 0)
    same &= (first_ms == walks.first_ms[rows]) & (last_ms == walks.last_ms[rows])
    kept = rows[same]
    n_hits, n_finds = walks.walk[:, -2:].astype(np.int64).T
    while not _fit(lives.hits, n_hits[kept]) or not _fit(lives.charts, n_finds[kept]):
        lives = widened(lives)
    begin = 0
    for view in _views(history, charts, lives):
        view[kept] = walks.walk[kept, begin : begin + view.shape[1]]
        begin += view.shape[1]
    charts.dropped[kept] += n_bars[same] - history.n_bars[kept]
    _reopen(lives.hits, kept, n_hits, walks.hits)
    _reopen(lives.charts, kept, n_finds, walks.finds)
    return lives, rows[~same]


def _views(history: History, charts: ChartState, lives: Lives) -> list[npt.NDArray[Any]]:
    """Return views of (S, w) numbers that stand for what is known of each row.

    The two last are how many signals are open. Every whole number among them is exact as a float.
    """
    n_rows = len(history.n_bars)
    known: list[npt.NDArray[Any]] = [
        history.state,
        history.session,
        charts.rings,
        charts.counts,
        charts.recent,
        charts.watched,
        charts.calm,
        charts.dropped,
        charts.changed,
        charts.formed,
        lives.seen,
        lives.touched,
        lives.edges,
        lives.hits.n,
        lives.charts.n,
    ]
    return [numbers.reshape(n_rows, -1) for numbers in known]


def _has_shape(walks: Walks, history: History, charts: ChartState, lives: Lives) -> bool:
    """Tell whether walks have as many numbers as are known of a row and an open signal."""
    shapes = (walks.walk.shape, walks.hits.shape[1:], walks.finds.shape[1:])
    ours = walks_of(history, charts, lives, 0, 1), open_of(lives.hits, 0, 0)
    finds = open_of(lives.charts, 0, 0)
    n_rows = len(history.n_bars)
    return shapes == ((n_rows, ours[0].shape[1]), ours[1].shape[1:], finds.shape[1:])


def _fit(some: Open, n: Int64) -> bool:
    """Tell whether there is room for so many open signals of rows."""
    return bool(n.max(initial=0) <= some.hot.shape[1])


def _reopen(some: Open, rows: Int64, n: Int64, held: Float64) -> None:
    """Open the signals of rows among those held of all, of which `n` (S,) says how many."""
    some.hot[rows, :, SLOT] = np.arange(some.hot.shape[1])
    begins = np.cumsum(n) - n
    row = np.repeat(rows, n[rows])
    place = np.arange(len(row)) - np.repeat(np.cumsum(n[rows]) - n[rows], n[rows])
    opened = held[begins[row] + place]
    some.hot[row, place] = opened[:, :N_HOT]
    some.hot[row, place, SLOT] = place
    some.records[place, row] = opened[:, N_HOT:]
