"""Open what fires on a bar, and live through bars again."""

import math
from typing import Final

from pl.kernel import as_int64, inner_leaf, kernel, leaf
from pl.market.batches import Float64
from pl.signals import charting
from pl.signals.candidates import MAX_DEFINING_BARS
from pl.signals.chart import sketch
from pl.signals.chart.forming import LEAST_CONFIDENCE
from pl.signals.evaluation import N_FACTS, N_NUMBERS, HitRows
from pl.signals.history import History
from pl.signals.levels import stop_and_target
from pl.signals.life import EXPIRED, HORIZON, STOPS, chart_horizon, forming_horizon
from pl.signals.lives import (
    BORN,
    BORN_MS,
    FORMS,
    LAST,
    LIFE,
    NUMBERS,
    PRICE,
    SIDE,
    SLOT,
    STOP,
    TARGET,
    TIMES,
    Endings,
    Lives,
    Open,
)
from pl.signals.living import end_lives, narrow, sign_endings, swap, write_ending

POSITION: Final = 5
"""Column of `HitRows.facts`."""
HIT_LEVEL: Final = 1
HIT_HIGH: Final = 5
HIT_LOW: Final = 6
HIT_CLOSE: Final = 7
HIT_RANGE: Final = 11
"""Columns of `HitRows.numbers`."""

Fired = tuple[HitRows, int, int, Float64, int, int]
"""Hits, the first and behind the last of a bar, and finds likewise."""


@inner_leaf
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
    narrow(lives.edges[at], hot)
    record = some.records[int(hot[SLOT]), at]
    for column in range(N_FACTS):
        record[column] = hits.facts[k, column]
    for column in range(MAX_DEFINING_BARS):
        record[TIMES + column] = hits.times[k, column]
    for column in range(N_NUMBERS):
        record[NUMBERS + column] = numbers[column]


@leaf
def is_same_chart(record: Float64, find: Float64) -> bool:
    """Tell whether two finds are of one pattern and the same pivots."""
    if record[sketch.PATTERN] != find[sketch.PATTERN] or record[sketch.TURN] != find[sketch.TURN]:
        return False
    if record[sketch.N_POINTS] != find[sketch.N_POINTS]:
        return False
    for m in range(int(find[sketch.N_POINTS])):
        if record[charting.STARTS + m] != find[charting.STARTS + m]:
            return False
    return True


@leaf
def is_weak(find: Float64) -> bool:
    """Tell whether a break is too weak to alert."""
    return bool(find[sketch.CONFIDENCE] < LEAST_CONFIDENCE[int(find[sketch.PATTERN])])


@leaf
def settle_forming(some: Open, at: int, seen: int, find: Float64, out: Float64, n: int) -> int:
    """Close what was forming of the same pivots: it is confirmed, or expires at a weak break.

    Returns how many endings are written.
    """
    hot = some.hot[at]
    kept = 0
    for m in range(some.n[at]):
        record = some.records[int(hot[m, SLOT]), at]
        if record[sketch.FORMING] > 0.0 and is_same_chart(record, find):
            if is_weak(find):
                write_ending(hot[m], record, seen, out[n])
                out[n, LIFE] = EXPIRED
                out[n, PRICE] = find[sketch.ENTRY]
                n += 1
            continue
        if kept != m:
            swap(hot, kept, m)
        kept += 1
    some.n[at] = kept
    return n


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
    n_bars = int(find[sketch.BAR] - find[sketch.POINTS])
    hot[LAST] = seen + chart_horizon(n_bars)
    hot[FORMS] = find[sketch.FORMING]
    if find[sketch.FORMING] > 0.0:
        hot[TARGET] = math.nan
        hot[LAST] = seen + forming_horizon(n_bars)
    hot[BORN_MS] = born_ms
    narrow(lives.edges[at], hot)
    record = some.records[int(hot[SLOT]), at]
    for column in range(len(record)):
        record[column] = find[column]


@inner_leaf
def begin_lives(
    history: History,
    lives: Lives,
    at: int,
    row: int,
    i: int,
    cause: int,
    fired: Fired,
    ended: Endings,
) -> None:
    """Open what fired on bar `i`, which state `at` saw last."""
    hits, first_hit, n_hits, finds, first_find, n_finds = fired
    born_ms = history.start[row, i]
    for k in range(first_hit, n_hits):
        begin_hit(lives, at, hits, k, born_ms)
    for k in range(first_find, n_finds):
        begin = ended.n[1]
        n = settle_forming(lives.charts, at, lives.seen[at], finds[k], ended.charts, begin)
        sign_endings(history, lives.touched[at], row, i, cause, ended.charts, begin, n)
        ended.n[1] = n
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
    h = f = at = as_int64(0)
    for i in range(begin, end):
        end_lives(history, lives, at, row, i, i, ended)
        first_hit, first_find = h, f
        while h < n_hits and hits.facts[h, POSITION] == i:
            h += 1
        while f < n_finds and finds[f, sketch.BAR] == i:
            f += 1
        fired = (hits, first_hit, h, finds, first_find, f)
        begin_lives(history, lives, at, row, i, i, fired, ended)
