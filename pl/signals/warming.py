"""Take over the history of many rows at once, and read what it says of their last bars."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from pl.kernel import kernel
from pl.market.batches import ClosedBars, Float64, Int32, Int64, UInt8
from pl.market.columns import stacked
from pl.market.rows import together
from pl.signals.anchors import anchors_of
from pl.signals.chart.state import ChartState
from pl.signals.charting import room_for_finds
from pl.signals.closing import mark_sound
from pl.signals.entries import Entries, join_entries
from pl.signals.evaluation import room_for
from pl.signals.growing import desk_for, grow_rows, look_at_rows, walk_rows
from pl.signals.history import NO_ANCHOR, SEED_BARS, History, set_anchor
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.life import LONGEST_HIT
from pl.signals.lives import Lives, widened
from pl.signals.log import Author
from pl.signals.pages import read_found
from pl.signals.sharing import at_once
from pl.signals.table import IndicatorTable

SessionOpen = Callable[[int], int]

ROWS_AT_ONCE: Final = 256
THREADS: Final = 2
LOOKED_AT: Final = 4_096
"""Bars whose finds are written before they are read; most bars have one or none."""


@kernel
def load_rows(
    history: History,
    rows: Int64,
    edges: Int64,
    start: Int64,
    prices: Float64,
    revision: Int32,
    quality: UInt8,
    anchors: Int64,
) -> int:
    """Replace the bars of rows by those from `edges[k]` to `edges[k + 1]` - 1 that are held on.

    anchors : (n,) open of the session of each row's last bar. Returns the place of a row whose
    session is too long, else -1.
    """
    for k in range(len(rows)):
        row, begin, end = rows[k], edges[k], edges[k + 1]
        history.n_bars[row] = 0
        history.anchor[row] = NO_ANCHOR
        if end == begin:
            continue
        first = np.searchsorted(start[begin:end], anchors[k])
        begin += max(first - SEED_BARS - history.window_bars, 0)
        if end - begin >= history.most_bars or end - begin > history.start.shape[1]:
            return k
        for at in range(begin, end):
            i = at - begin
            history.start[row, i] = start[at]
            history.revision[row, i] = revision[at]
            history.quality[row, i] = quality[at]
        for column in range(prices.shape[1]):
            for at in range(begin, end):
                history.columns[at - begin, column, row] = prices[at, column]
        history.n_bars[row] = end - begin
        set_anchor(history, row, anchors[k])
    return -1


def load(
    history: History, bars: Mapping[int, ClosedBars], session_open: SessionOpen
) -> tuple[Int64, int]:
    """Replace the bars of rows by sound ones of `bars`, oldest first by row.

    Returns the opens of their running sessions, and a row whose session is too long, else -1.
    Raises ValueError when times do not rise.
    """
    anchors: list[Int64] = []
    for rows in _some(list(bars)):
        joined, prices, edges = _sound(*together(bars, rows))
        last = edges[1:] - 1
        starts, inverse = np.unique(joined.start_ms[last[np.diff(edges) > 0]], return_inverse=True)
        opens = anchors_of(starts, session_open)
        of_rows = np.full(len(rows), NO_ANCHOR, np.int64)
        of_rows[np.diff(edges) > 0] = opens[inverse]
        _refuse_falling(joined.start_ms, edges, rows)
        overlong = load_rows(
            history,
            np.array(rows, np.int64),
            edges,
            joined.start_ms,
            prices,
            joined.revision,
            joined.quality,
            of_rows,
        )
        if overlong >= 0:
            return opens, rows[overlong]
        anchors.append(opens)
    return np.unique(np.concatenate([*anchors, np.empty(0, np.int64)])), -1


def grow(
    history: History, charts: ChartState, lives: Lives, rows: Int64, session_open: SessionOpen
) -> Lives:
    """Grow state, charts and open signals of rows; return the lives, widened if need be."""
    opens = opens_of(history, rows, session_open) if len(rows) else rows
    while len(rows):
        done = np.zeros(len(rows), np.int64)

        def work(part: Int64, lives: Lives = lives, done: Int64 = done, rows: Int64 = rows) -> None:
            mine = np.zeros(len(part), np.int64)
            grow_rows(history, lives, rows[part], opens, desk_for(charts), mine)
            done[part] = mine

        at_once(work, _parts(len(rows)))
        rows = rows[done == 0]
        lives = widened(lives) if len(rows) else lives
    return lives


def looked_at(
    history: History,
    charts: ChartState,
    author: Author,
    rows: Int64,
    n_bars: int,
    session_open: SessionOpen,
) -> Entries:
    """Return the entries standing on the last `n_bars` bars of rows, row after row."""
    opens = opens_of(history, rows, session_open, n_bars)

    def work(part: Int64) -> Entries:
        return _looked_at(history, charts, author, rows[part], n_bars, opens)

    return join_entries(at_once(work, _parts(len(rows))))


def _looked_at(
    history: History,
    charts: ChartState,
    author: Author,
    rows: Int64,
    n_bars: int,
    opens: Int64,
) -> Entries:
    desk = desk_for(charts)
    n_room = max(LOOKED_AT if len(rows) > 1 else 0, n_bars)
    hits, finds = room_for(n_room), room_for_finds(n_room + 1)
    found: list[Entries] = []
    begin = 0
    while begin < len(rows):
        begin, n_hits, n_finds = look_at_rows(
            history, rows, begin, n_bars, opens, desk, hits, finds
        )
        found.append(read_found(author, hits, n_hits, finds, n_finds))
    return join_entries(found)


def walked(history: History, rows: Int64, n_bars: int) -> IndicatorTable:
    """Return the values of the last `n_bars` bars of rows, walked from the running anchor.

    Patterns and candlesticks are left out.
    """
    values = np.empty((len(rows), n_bars, len(INDICATOR_NAMES)), np.float64)
    walk_rows(history, rows, n_bars, values)
    held = np.arange(n_bars) >= n_bars - history.n_bars[rows][:, None]
    places = history.n_bars[rows][:, None] - n_bars + np.arange(n_bars)
    row = np.broadcast_to(rows[:, None], held.shape)[held]
    return IndicatorTable(
        row.astype(np.int32),
        history.start[row, places[held]],
        values[held],
        np.zeros(len(row), np.int64),
        np.zeros((len(row), 2), np.int64),
    )


def opens_of(
    history: History, rows: Int64, session_open: SessionOpen, n_bars: int = LONGEST_HIT
) -> Int64:
    """Return the opens of the sessions of the last `n_bars` bars of rows, rising, unix ms."""
    n_bars = min(n_bars, int(history.n_bars[rows].max(initial=0)))
    starts: set[int] = set()
    for some in _some(rows.tolist()):
        places = history.n_bars[some][:, None] - n_bars + np.arange(n_bars)
        held = places >= 0
        row = np.broadcast_to(np.array(some)[:, None], held.shape)[held]
        starts.update(np.unique(history.start[row, places[held]]).tolist())
    return np.unique(anchors_of(np.array(sorted(starts), np.int64), session_open))


def _some(rows: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[at : at + ROWS_AT_ONCE]


def _parts(n: int) -> list[Int64]:
    """Return the places of `n` rows, as many parts as there are to be threads."""
    return np.array_split(np.arange(n), THREADS if n > ROWS_AT_ONCE else 1)


def _sound(bars: ClosedBars, edges: Int64) -> tuple[ClosedBars, Float64, Int64]:
    """Return the sound bars of those between edges, and where each part of them begins.

    Their prices besides, as (n, 6).
    """
    sound, prices = np.empty(len(bars), np.bool_), stacked(bars, axis=1)
    mark_sound(prices, sound)
    if sound.all():
        return bars, prices, edges
    kept = np.concatenate([[0], np.cumsum(sound)])
    return bars.take(sound), prices[sound], kept[edges]


def _refuse_falling(start_ms: Int64, edges: Int64, rows: Sequence[int]) -> None:
    falls = np.flatnonzero(np.diff(start_ms) <= 0) + 1
    within = falls[~np.isin(falls, edges)]
    if len(within):
        row = rows[int(np.searchsorted(edges, within[0], side="right")) - 1]
        raise ValueError(f"row {row}: expected bars with rising start_ms, oldest first")
