"""Grow what the engine keeps of many rows from the bars they hold, without the interpreter.

It is what `reliving`, `charting` and `evaluation` do for one row. Rows share nothing, so two
threads may grow some each, with a `Desk` of their own.
"""

from typing import NamedTuple

import numpy as np

from pl.kernel import as_int64, kernel, leaf
from pl.market.batches import Float64, Int64
from pl.signals.births import replay
from pl.signals.candidates import N_PATTERNS
from pl.signals.chart.state import ChartState, empty_state
from pl.signals.charting import CAUSE, look_again, may_stand, room_for_finds
from pl.signals.evaluation import HitRows, evaluate_range, place_sessions, room_for
from pl.signals.history import History, walk
from pl.signals.life import LONGEST_HIT, LONGEST_LIFE
from pl.signals.lives import SLOT, Endings, Lives, Open, empty_lives, room_for_endings
from pl.signals.living import clear_edges


class Desk(NamedTuple):
    """Lend a thread room to work in.

    all_charts : the charts of all rows, with rules' room of this desk's own; the others are of one
    row: charts, lives, ended, and hits and finds as long as a signal lives.
    """

    all_charts: ChartState
    charts: ChartState
    lives: Lives
    ended: Endings
    hits: HitRows
    finds: Float64


def desk_for(charts: ChartState) -> Desk:
    """Return room to work on rows of `charts`."""
    lives = empty_lives(1, LONGEST_HIT * N_PATTERNS + 1, LONGEST_LIFE + 2)
    one = empty_state(1)
    return Desk(
        charts._replace(room=np.empty_like(charts.room)),
        one,
        lives,
        room_for_endings(lives, 0),
        room_for(LONGEST_HIT),
        room_for_finds(LONGEST_LIFE + 2),
    )


@leaf
def clear_lives(lives: Lives, ended: Endings) -> None:
    """Make state 0 one without open signals."""
    for some in (lives.hits, lives.charts):
        some.n[0] = 0
        for k in range(some.hot.shape[1]):
            some.hot[0, k, SLOT] = k
    clear_edges(lives.edges[0])
    lives.seen[0] = 0
    lives.touched[0] = 0
    ended.n[:] = 0


@leaf
def adopt(some: Open, row: int, grown: Open) -> bool:
    """Make the open signals of a row those of state 0 of another; False without room for them."""
    n, room = grown.n[0], some.hot.shape[1]
    if n > room:
        return False
    for k in range(n):
        slot = int(grown.hot[0, k, SLOT])
        for column in range(some.hot.shape[2]):
            some.hot[row, k, column] = grown.hot[0, k, column]
        for column in range(some.records.shape[2]):
            some.records[k, row, column] = grown.records[slot, 0, column]
    for k in range(room):
        some.hot[row, k, SLOT] = k
    some.n[row] = n
    return True


@leaf
def is_changed(history: History, row: int) -> bool:
    """Tell whether a bar of a row is a revision, or not live."""
    for i in range(history.n_bars[row]):
        if history.revision[row, i] != 0 or history.quality[row, i] != 0:
            return True
    return False


@kernel
def grow_rows(
    history: History, lives: Lives, rows: Int64, opens: Int64, desk: Desk, done: Int64
) -> None:
    """Grow state, charts and open signals of rows; `done` (n,) becomes 0 for lack of room, else 1.

    opens : rising opens of the sessions of all bars, unix ms.
    """
    nothing = np.empty((0, 0), np.float64)
    places = np.empty((LONGEST_HIT, 2), np.int64)
    for k in range(len(rows)):
        row = rows[k]
        n = history.n_bars[row]
        if n > 0:
            walk(history, row, n, nothing)
        begin, recent = max(n - LONGEST_LIFE, 0), max(n - LONGEST_HIT, 0)
        n_finds = look_again(history, desk.all_charts, row, row, begin, n, desk.finds)
        clear_lives(desk.lives, desk.ended)
        n_hits = as_int64(0)
        if n > recent:
            n_places = place_sessions(history, row, recent, n, opens, places)
            n_hits = evaluate_range(history, row, recent, n, places[:n_places], desk.hits)
        hits, finds = desk.hits, desk.finds
        replay(history, desk.lives, row, begin, n, hits, n_hits, finds, n_finds, desk.ended)
        grown = desk.lives
        fits = adopt(lives.hits, row, grown.hits) and adopt(lives.charts, row, grown.charts)
        lives.seen[row] = grown.seen[0]
        lives.edges[row, :] = grown.edges[0]
        lives.touched[row] = 1 if is_changed(history, row) else 0
        done[k] = 1 if fits else 0


@kernel
def look_at_rows(
    history: History,
    rows: Int64,
    begin: int,
    n_bars: int,
    opens: Int64,
    desk: Desk,
    hits: HitRows,
    finds: Float64,
) -> tuple[int, int, int]:
    """Write what stands on the last `n_bars` bars of rows from place `begin` on.

    The place of a row is the cause of its finds. Returns the place reached, and how many hits and
    chart finds there are; it stops where there may be no room for another row.
    """
    n_hits = n_finds = as_int64(0)
    places = np.empty((n_bars, 2), np.int64)
    for k in range(begin, len(rows)):
        if n_hits + n_bars * N_PATTERNS > len(hits.facts) or n_finds + n_bars >= len(finds):
            return k, n_hits, n_finds
        row = rows[k]
        n = history.n_bars[row]
        first = max(n - n_bars, 0)
        if n > first:
            n_places = place_sessions(history, row, first, n, opens, places)
            rest = HitRows(hits.facts[n_hits:], hits.times[n_hits:], hits.numbers[n_hits:])
            found = evaluate_range(history, row, first, n, places[:n_places], rest)
            hits.facts[n_hits : n_hits + found, 0] = k
            n_hits += found
        if n > first and may_stand(history, desk.all_charts, row, first):
            found = look_again(history, desk.charts, row, as_int64(0), first, n, finds[n_finds:])
            finds[n_finds : n_finds + found, CAUSE] = k
            n_finds += found
    return len(rows), n_hits, n_finds


@kernel
def walk_rows(history: History, rows: Int64, n_bars: int, out: Float64) -> None:
    """Walk rows again; write the indicators of their last bars.

    out : (n, n_bars, N) float64; of a row with fewer bars the first places are left alone.
    """
    for k in range(len(rows)):
        n = history.n_bars[rows[k]]
        begin = max(n - n_bars, 0)
        walk(history, rows[k], begin, out[k, n_bars - (n - begin) :])
