"""End the open signals of a row bar by bar, and open what fires."""

import math
from typing import Final

from pl.kernel import kernel, leaf
from pl.market.batches import QUALITY_BACKFILLED, QUALITY_PARTIAL, Float64
from pl.signals.bars import CLOSE
from pl.signals.chart import sketch
from pl.signals.evaluation import MAX_DEFINING_BARS, N_FACTS, N_NUMBERS, N_PATTERNS, HitRows
from pl.signals.history import History
from pl.signals.levels import stop_and_target
from pl.signals.life import EXPIRED, HORIZON, LASTING, STOPS, chart_horizon, outcome
from pl.signals.lives import (
    BARS,
    BIRTH,
    BORN,
    BORN_MS,
    CAUSE,
    CHANGES,
    LAST,
    LIFE,
    N_HOT,
    NUMBERS,
    PRICE,
    RECORD,
    ROW,
    SIDE,
    SLOT,
    START,
    STOP,
    TARGET,
    TIMES,
    Endings,
    Lives,
    Open,
)
from pl.signals.restated import is_restated

POSITION: Final = 5
"""Column of `HitRows.facts`."""
HIT_LEVEL: Final = 1
HIT_HIGH: Final = 5
HIT_LOW: Final = 6
HIT_CLOSE: Final = 7
HIT_RANGE: Final = 11
"""Columns of `HitRows.numbers`."""


@leaf
def has_room(lives: Lives, at: int, ended: Endings) -> bool:
    """Tell whether the next bar of state `at` can end and begin whatever it may."""
    n_hits, n_charts = lives.hits.n[at], lives.charts.n[at]
    if n_hits + N_PATTERNS > lives.hits.hot.shape[1] or n_charts >= lives.charts.hot.shape[1]:
        return False
    if ended.n[0] + n_hits > len(ended.hits):
        return False
    return bool(ended.n[1] + n_charts <= len(ended.charts))


@leaf
def changes_since(history: History, row: int, i: int, born_ms: float) -> int:
    """Return a number that grows with each change of a bar up to `i`, from before a birth on.

    A revision counts two; that a bar was completed afterwards, which leaves its revision as it
    is, counts one. What is long before is told by the clock, not in bars: a late bar would push
    another one, and its changes, out of the window.
    """
    total = 0
    since = born_ms - history.window_bars * history.bar_ms
    for j in range(i, -1, -1):
        if history.start[row, j] <= since:
            break
        total += 2 * history.revision[row, j]
        total += history.quality[row, j] == QUALITY_BACKFILLED
    return total


@leaf
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
    out: Float64,
    n: int,
) -> int:
    """End what a bar ends of state `at`, oldest first; return how many endings are written.

    bar : (6,); whole : whether it was watched from end to end; scale_left_at : the close before,
    in USD, when the bar goes on at another scale, else NaN; seen : bars counted with it.
    """
    hot = some.hot[at]
    kept = 0
    for m in range(some.n[at]):
        life, price = LASTING, bar[CLOSE]
        if not math.isnan(scale_left_at):
            life, price = EXPIRED, scale_left_at
        elif whole:
            life, price = outcome(int(hot[m, SIDE]), hot[m, STOP], hot[m, TARGET], bar)
        if life == LASTING and seen >= hot[m, LAST]:
            life = EXPIRED
        if life != LASTING:
            write_ending(hot[m], some.records[at, int(hot[m, SLOT])], seen, out[n])
            out[n, LIFE] = life
            out[n, PRICE] = price
            n += 1
            continue
        if kept != m:
            swap(hot, kept, m)
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


@leaf
def scale_left(history: History, row: int, i: int) -> float:
    """Return the close before bar `i` when that goes on at another scale, else NaN."""
    bars = history.columns[..., row]
    if i > 0 and is_restated(history.start[row], bars, i):
        return float(bars[i - 1, CLOSE])
    return math.nan


@leaf
def end_lives(
    history: History, lives: Lives, at: int, row: int, i: int, cause: int, ended: Endings
) -> None:
    """Let state `at` see bar `i` of a row, which ends what it ends."""
    quality = history.quality[row, i]
    if history.revision[row, i] > 0 or quality == QUALITY_BACKFILLED:
        lives.touched[at] = 1
    lives.seen[at] += 1
    seen, whole = lives.seen[at], quality != QUALITY_PARTIAL
    bar, touched = history.columns[i, :, row], lives.touched[at]
    left = scale_left(history, row, i)
    n = end_open(lives.hits, at, bar, whole, left, seen, ended.hits, ended.n[0])
    sign_endings(history, touched, row, i, cause, ended.hits, ended.n[0], n)
    ended.n[0] = n
    n = end_open(lives.charts, at, bar, whole, left, seen, ended.charts, ended.n[1])
    sign_endings(history, touched, row, i, cause, ended.charts, ended.n[1], n)
    ended.n[1] = n


@leaf
def begin_hit(lives: Lives, at: int, hits: HitRows, k: int, born_ms: int) -> None:
    """Open what hit `k` began at the bar that was seen last."""
    some, seen = lives.hits, lives.seen[at]
    hot = some.hot[at, some.n[at]]
    some.n[at] += 1
    pattern, direction = hits.facts[k, 2], hits.facts[k, 3]
    numbers = hits.numbers[k]
    hot[STOP], hot[TARGET] = stop_and_target(
        int(STOPS[pattern, 0]),
        STOPS[pattern, 1],
        direction,
        numbers[HIT_LEVEL],
        numbers[HIT_HIGH],
        numbers[HIT_LOW],
        numbers[HIT_CLOSE],
        numbers[HIT_RANGE],
    )
    hot[SIDE] = direction
    hot[BORN] = seen
    hot[LAST] = seen + HORIZON[pattern]
    hot[BORN_MS] = born_ms
    record = some.records[at, int(hot[SLOT])]
    for column in range(N_FACTS):
        record[column] = hits.facts[k, column]
    for column in range(MAX_DEFINING_BARS):
        record[TIMES + column] = hits.times[k, column]
    for column in range(N_NUMBERS):
        record[NUMBERS + column] = numbers[column]


@leaf
def begin_chart(lives: Lives, at: int, find: Float64, born_ms: int) -> None:
    """Open the chart pattern of a find at the bar that was seen last."""
    some, seen = lives.charts, lives.seen[at]
    hot = some.hot[at, some.n[at]]
    some.n[at] += 1
    hot[SIDE] = find[sketch.TURN]
    hot[STOP] = find[sketch.STOP]
    hot[TARGET] = find[sketch.TARGET] if find[sketch.TARGET] > 0.0 else math.nan
    hot[BORN] = seen
    hot[LAST] = seen + chart_horizon(int(find[sketch.BAR] - find[sketch.POINTS]))
    hot[BORN_MS] = born_ms
    record = some.records[at, int(hot[SLOT])]
    for column in range(len(record)):
        record[column] = find[column]


@leaf
def begin_lives(
    lives: Lives,
    at: int,
    born_ms: int,
    hits: HitRows,
    first_hit: int,
    n_hits: int,
    finds: Float64,
    first_find: int,
    n_finds: int,
) -> None:
    """Open what fired on the bar that state `at` saw last, which starts at `born_ms`."""
    for k in range(first_hit, n_hits):
        begin_hit(lives, at, hits, k, born_ms)
    for k in range(first_find, n_finds):
        begin_chart(lives, at, finds[k], born_ms)


@kernel
def replay(
    history: History,
    lives: Lives,
    row: int,
    begin: int,
    end: int,
    hits: HitRows,
    n_hits: int,
    finds: Float64,
    n_finds: int,
    ended: Endings,
) -> None:
    """Let state 0 live through bars `begin` to `end` - 1 of a row, given what fired on them."""
    h = f = 0
    for i in range(begin, end):
        end_lives(history, lives, 0, row, i, i, ended)
        first_hit, first_find = h, f
        while h < n_hits and hits.facts[h, POSITION] == i:
            h += 1
        while f < n_finds and finds[f, sketch.BAR] == i:
            f += 1
        start = history.start[row, i]
        begin_lives(lives, 0, start, hits, first_hit, h, finds, first_find, f)
