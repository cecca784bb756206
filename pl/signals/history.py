"""Keep the bars of every symbol as arrays, with what is needed to walk them again.

A row holds, oldest first and without holes, all bars from a window before the walk's start on;
the walk starts SEED_BARS before the session's first bar. The window has WINDOW_BARS, what a chart
pattern remembers or, where that is more, the bars of a session, so that the session of every bar
walked is whole, and LONGEST_LIFE bars on top, for the signals that were open there. What is held
depends on the bars alone where it matters: everything that can still be revised, or read by a
revision, is there.
"""

from typing import Final, NamedTuple

import numpy as np

from pl.kernel import inner_leaf, leaf
from pl.market.batches import (
    QUALITY_BACKFILLED,
    QUALITY_OFFICIAL,
    Float64,
    Int32,
    Int64,
    UInt8,
)
from pl.prefetch import prefetch
from pl.signals.bars import N_COLUMNS
from pl.signals.indicators import recursive, session
from pl.signals.indicators.kept import KEPT_BARS, keep
from pl.signals.indicators.names import VOLUME_AT_TIME
from pl.signals.indicators.row import write_row
from pl.signals.indicators.rules.price_range import write_year
from pl.signals.indicators.session_before import look_at_session_before
from pl.signals.indicators.state import STATE_SIZE
from pl.signals.indicators.time_of_day import (
    place_of,
    volume_at_time,
)
from pl.signals.indicators.windows import look
from pl.signals.timeframes import DAY_MS

SEED_BARS: Final = 600
NO_ANCHOR: Final = -(2**62)
LINE: Final = 8
"""Numbers in a cache line."""
MINUTE_MS: Final = 60_000.0


class History(NamedTuple):
    """Hold the bars of all symbols, one row each; C is how many of them a row has room for now.

    start : (S, C) int64 unix ms; columns : (C, 6, S) float64 open, high, low, close, volume,
    vwap, in Fortran order, so that each column of a row lies on end: the mean of 200 closes reads
    1.6 kB, not the 9.6 kB of 200 whole bars; revision : (S, C) int32; quality : (S, C) uint8;
    n_bars : (S,) int64 bars held; anchor : (S,) int64 unix ms, where the calendar anchors the
    walk; first : (S,) int64 position of the first bar since; session : (S,) int64 unix ms, open of
    the session of the last bar walked; state : (S, STATE_SIZE) float64, see
    `indicators.state`;
    active : the patterns of this timeframe as bits; bar_ms : milliseconds a bar lasts;
    window_bars : bars held before the walk's start; year_bars : bars of a year, 0 when the
    timeframe does not look back that far; opens : (OPENS_KNOWN,) int64 unix ms, rising opens of
    the sessions walked and those before them, the latest last; sessions_back : how many of them a
    bar's volume is compared with; most_bars : the largest C there ever is.
    """

    start: Int64
    columns: Float64
    revision: Int32
    quality: UInt8
    n_bars: Int64
    anchor: Int64
    first: Int64
    session: Int64
    state: Float64
    active: int
    bar_ms: int
    window_bars: int
    year_bars: int
    opens: Int64
    sessions_back: int
    most_bars: int


@inner_leaf
def fetch_walk(history: History, row: int) -> None:
    """Fetch the state of a row's walk and the ends of what is not a price."""
    i = history.n_bars[row]
    capacity = history.start.shape[1]
    prefetch(history.start, row * capacity + i)
    prefetch(history.revision, row * capacity + i)
    prefetch(history.quality, row * capacity + i)
    for slot in range(0, STATE_SIZE + LINE, LINE):
        prefetch(history.state, row * STATE_SIZE + slot)


@inner_leaf
def fetch_column(history: History, row: int, column: int, first: int, last: int) -> None:
    """Fetch the bars of a column that are `first` to `last` - 1 bars older than the next one."""
    newest = (row * N_COLUMNS + column) * history.start.shape[1] + history.n_bars[row]
    for ago in range(first, last, LINE):
        prefetch(history.columns, newest - ago)


@inner_leaf
def walk_start(history: History, row: int) -> int:
    """Return the position of the bar at which the walk of the running session starts."""
    return int(max(history.first[row] - SEED_BARS, 0))


@leaf
def drop_oldest(history: History, row: int, n_bars: int) -> None:
    """Forget the `n_bars` oldest bars of a row."""
    kept = history.n_bars[row] - n_bars
    for j in range(kept):
        history.start[row, j] = history.start[row, j + n_bars]
        history.revision[row, j] = history.revision[row, j + n_bars]
        history.quality[row, j] = history.quality[row, j + n_bars]
    for column in range(N_COLUMNS):
        for j in range(kept):
            history.columns[j, column, row] = history.columns[j + n_bars, column, row]
    history.n_bars[row] = kept
    history.first[row] -= n_bars


@inner_leaf
def make_room(history: History, row: int) -> bool:
    """Free a place in a full row by forgetting what nothing reads; tell whether there is one."""
    if history.n_bars[row] < history.start.shape[1]:
        return True
    n_bars = walk_start(history, row) - history.window_bars
    if n_bars <= 0:
        return False
    drop_oldest(history, row, n_bars)
    return True


@inner_leaf
def is_fetched(quality: int) -> bool:
    """Tell whether a bar of this quality was not only heard from the feed."""
    return quality in (QUALITY_BACKFILLED, QUALITY_OFFICIAL)


@inner_leaf
def write_bar(
    history: History, row: int, i: int, start: int, prices: Float64, revision: int, quality: int
) -> None:
    """Put a bar at position `i`; `prices` has shape (6,)."""
    history.start[row, i] = start
    history.revision[row, i] = revision
    history.quality[row, i] = quality
    for column in range(N_COLUMNS):
        history.columns[i, column, row] = prices[column]


@leaf
def find(history: History, row: int, start: int) -> int:
    """Return the position of the first bar that starts at or after `start`; mostly the last."""
    first, behind = 0, int(history.n_bars[row])
    if behind > 0 and history.start[row, behind - 1] <= start:
        return behind - 1 if history.start[row, behind - 1] == start else behind
    while first < behind:
        middle = (first + behind) // 2
        if history.start[row, middle] < start:
            first = middle + 1
        else:
            behind = middle
    return first


@leaf
def session_of(history: History, start: int) -> int:
    """Return the open of the session of a bar that starts then, unix ms; see `Calendar`."""
    if history.bar_ms >= DAY_MS:
        return start
    return int(history.opens[np.searchsorted(history.opens, start, side="right") - 1])


@leaf
def session_before(history: History, row: int, i: int) -> int:
    """Return the open of the session before that of bar `i`, with which another one begins."""
    if history.bar_ms >= DAY_MS:
        return int(history.start[row, i - 1]) if i > 0 else NO_ANCHOR
    place = place_of(history.opens, len(history.opens), history.session[row])
    return int(history.opens[place - 1]) if place > 0 else NO_ANCHOR


@leaf
def begin_session(history: History, row: int, i: int, open_ms: int) -> None:
    """Let the session that opened at `open_ms` begin with bar `i`."""
    history.session[row] = open_ms
    session.begin_session(history.state[row])
    before_ms = session_before(history, row, i)
    bars, start = history.columns[..., row], history.start[row]
    look_at_session_before(history.state[row], bars, start, i, before_ms)


@inner_leaf
def step_session(history: History, row: int, i: int, open_ms: int) -> None:
    """Advance the sums of the row's session, which opened at `open_ms`, by bar `i`."""
    if open_ms != history.session[row]:
        begin_session(history, row, i, open_ms)
    minute = (history.start[row, i] - open_ms) / MINUTE_MS
    session.step_session(history.state[row], history.columns[..., row], i, minute)


@inner_leaf
def step_bar(history: History, row: int, i: int, open_ms: int) -> None:
    """Advance the row's walk by bar `i`, of the session that opened at `open_ms`."""
    recursive.step(history.state[row], history.columns[..., row], i)
    keep(history.state[row], history.columns[..., row], i)
    if i >= history.first[row]:
        step_session(history, row, i, open_ms)


@inner_leaf
def write_indicators(history: History, row: int, i: int, out: Float64) -> None:
    """Write the indicators of bar `i`, at which the row's walk stands."""
    look(history.state[row], history.columns[..., row], i)
    write_row(out, history.state[row], history.columns[..., row], i)
    write_year(out, history.columns[..., row], i, history.year_bars)
    oldest = int(history.first[row]) - SEED_BARS - history.window_bars
    out[VOLUME_AT_TIME] = volume_at_time(
        history.columns[..., row],
        history.start[row],
        i,
        oldest,
        history.opens,
        int(history.anchor[row]),
        history.sessions_back,
    )


@leaf
def set_anchor(history: History, row: int, anchor: int) -> None:
    """Note where the calendar anchors the walk to the row's last bar."""
    history.anchor[row] = anchor
    history.first[row] = find(history, row, anchor)


@leaf
def walk(history: History, row: int, begin: int, out: Float64) -> None:
    """Walk a row from its start to its last bar; write the indicators of bars `begin` on.

    out : (at least n_bars - begin, N) float64, N indicators
    """
    recursive.clear(history.state[row])
    history.session[row] = NO_ANCHOR
    for i in range(walk_start(history, row), history.n_bars[row]):
        recursive.step(history.state[row], history.columns[..., row], i)
        if i >= begin - KEPT_BARS:
            keep(history.state[row], history.columns[..., row], i)
        if i >= history.first[row]:
            step_session(history, row, i, session_of(history, history.start[row, i]))
        if i >= begin:
            write_indicators(history, row, i, out[i - begin])
