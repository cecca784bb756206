"""End the open signals of a row bar by bar."""

import math

from pl.kernel import inner_leaf, leaf
from pl.market.batches import QUALITY_PARTIAL, Float64
from pl.prefetch import prefetch
from pl.signals.bars import CLOSE, HIGH, LOW
from pl.signals.candidates import N_PATTERNS
from pl.signals.evaluation import changes_since
from pl.signals.history import History, is_fetched
from pl.signals.life import EXPIRED, LASTING, outcome, outcome_of_forming
from pl.signals.lives import (
    BARS,
    BIRTH,
    BORN,
    BORN_MS,
    CAUSE,
    CEILING,
    CHANGES,
    FLOOR,
    FORMS,
    LAST,
    LIFE,
    N_HOT,
    PRICE,
    RECORD,
    ROW,
    SIDE,
    SLOT,
    SOONEST,
    START,
    STOP,
    TARGET,
    Endings,
    Lives,
    Open,
)
from pl.signals.restated import is_restated


@inner_leaf
def has_room(lives: Lives, at: int, ended: Endings) -> bool:
    """Tell whether the next bar of state `at` can end and begin whatever it may."""
    n_hits, n_charts = lives.hits.n[at], lives.charts.n[at]
    if n_hits + N_PATTERNS > lives.hits.hot.shape[1] or n_charts >= lives.charts.hot.shape[1]:
        return False
    if ended.n[0] + n_hits > len(ended.hits):
        return False
    return bool(ended.n[1] + n_charts <= len(ended.charts))


@inner_leaf
def clear_edges(edges: Float64) -> None:
    """Write the edges of a row without open signals."""
    edges[FLOOR] = -math.inf
    edges[CEILING] = math.inf
    edges[SOONEST] = math.inf


@inner_leaf
def narrow(edges: Float64, hot: Float64) -> None:
    """Let the edges of a row hold for one open signal more; a level that is NaN ends nothing."""
    below, above = hot[STOP], hot[TARGET]
    if not hot[SIDE] > 0.0:
        below, above = above, below
    edges[FLOOR] = max(edges[FLOOR], below)
    edges[CEILING] = min(edges[CEILING], above)
    edges[SOONEST] = min(edges[SOONEST], hot[LAST])


@inner_leaf
def is_within(edges: Float64, bar: Float64, whole: bool, seen: int) -> bool:
    """Tell whether a bar at the same scale of prices ends nothing of a row.

    No level that ends an open signal lies between the floor and the ceiling that `narrow` keeps,
    so `outcome` leaves each lasting, and none has expired.
    """
    if seen >= edges[SOONEST]:
        return False
    return bool(not whole or (edges[FLOOR] < bar[LOW] and bar[HIGH] < edges[CEILING]))


@inner_leaf
def fetch_open(lives: Lives, at: int, bar: Float64) -> None:
    """Fetch the open signals of state `at` when its next bar, (6,), may end one."""
    if is_within(lives.edges[at], bar, True, lives.seen[at] + 1):
        return
    first = at * lives.hits.hot.shape[1]
    for m in range(lives.hits.n[at]):
        prefetch(lives.hits.hot, (first + m) * N_HOT)


@inner_leaf
def swap(hot: Float64, a: int, b: int) -> None:
    """Exchange two open signals of a row."""
    for column in range(N_HOT):
        hot[a, column], hot[b, column] = hot[b, column], hot[a, column]


@leaf
def write_ending(hot: Float64, record: Float64, seen: int, out: Float64) -> None:
    """Write what is known of an ending without its bar."""
    out[BARS] = seen - hot[BORN]
    out[BIRTH] = hot[BORN_MS]
    out[CHANGES] = 0.0
    for column in range(len(record)):
        out[RECORD + column] = record[column]


@leaf
def end_open(
    some: Open,
    at: int,
    bar: Float64,
    whole: bool,
    scale_left_at: float,
    seen: int,
    edges: Float64,
    out: Float64,
    n: int,
) -> int:
    """End what a bar ends of state `at`, oldest first; return how many endings are written.

    bar : (6,); whole : whether it was watched from end to end; scale_left_at : the close before,
    in USD, when the bar goes on at another scale, else NaN; seen : bars counted with it;
    edges : those of the row, narrowed by what stays open.
    """
    hot = some.hot[at]
    kept = 0
    for m in range(some.n[at]):
        life, price = LASTING, bar[CLOSE]
        if not math.isnan(scale_left_at):
            life, price = EXPIRED, scale_left_at
        elif whole and hot[m, FORMS] > 0.0:
            life, price = outcome_of_forming(int(hot[m, SIDE]), hot[m, STOP], bar)
        elif whole:
            life, price = outcome(int(hot[m, SIDE]), hot[m, STOP], hot[m, TARGET], bar)
        if life == LASTING and seen >= hot[m, LAST]:
            life = EXPIRED
        if life != LASTING:
            write_ending(hot[m], some.records[int(hot[m, SLOT]), at], seen, out[n])
            out[n, LIFE] = life
            out[n, PRICE] = price
            n += 1
            continue
        if kept != m:
            swap(hot, kept, m)
        narrow(edges, hot[kept])
        kept += 1
    some.n[at] = kept
    return n


@leaf
def sign_endings(
    history: History, touched: int, row: int, i: int, cause: int, out: Float64, begin: int, end: int
) -> None:
    """Write which bar caused endings `begin` to `end` - 1."""
    for n in range(begin, end):
        out[n, CAUSE] = cause
        out[n, ROW] = row
        out[n, START] = history.start[row, i]
        if touched:
            out[n, CHANGES] = changes_since(history, row, i, out[n, BIRTH])


@inner_leaf
def scale_left(history: History, row: int, i: int) -> float:
    """Return the close before bar `i` when that goes on at another scale, else NaN."""
    bars = history.columns[..., row]
    if i > 0 and is_restated(history.start[row], bars, i):
        return float(bars[i - 1, CLOSE])
    return math.nan


@inner_leaf
def end_lives(
    history: History, lives: Lives, at: int, row: int, i: int, cause: int, ended: Endings
) -> bool:
    """Let state `at` see bar `i` of a row, which ends what it ends.

    Tells whether the bar goes on at another scale of prices.
    """
    quality = history.quality[row, i]
    if history.revision[row, i] > 0 or is_fetched(quality):
        lives.touched[at] = 1
    lives.seen[at] += 1
    seen, whole = lives.seen[at], quality != QUALITY_PARTIAL
    bar, touched = history.columns[i, :, row], lives.touched[at]
    left = scale_left(history, row, i)
    restated, edges = not math.isnan(left), lives.edges[at]
    if not restated and is_within(edges, bar, whole, seen):
        return False
    clear_edges(edges)
    n = end_open(lives.hits, at, bar, whole, left, seen, edges, ended.hits, ended.n[0])
    sign_endings(history, touched, row, i, cause, ended.hits, ended.n[0], n)
    ended.n[0] = n
    n = end_open(lives.charts, at, bar, whole, left, seen, edges, ended.charts, ended.n[1])
    sign_endings(history, touched, row, i, cause, ended.charts, ended.n[1], n)
    ended.n[1] = n
    return restated
