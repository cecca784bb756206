"""Watch the levels whose crossing could complete a pattern, so that most closes cost little.

The pivots of a scale, once confirmed, say at which prices each rule could find its pattern: a
level, or a line that is bounded for the next AHEAD bars. Only a close beyond the nearest of them,
a newly confirmed pivot or the end of those bars calls the rules. What is watched is never too far
away, so the finds are those of rules that are called at each bar.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart import sketch
from pl.signals.chart.fit import NEVER
from pl.signals.chart.pivots import KIND, N_SCALES, NEWEST, SCALES, WINDOW_BARS, read_newest
from pl.signals.chart.rules import (
    N_RULES,
    RELEVELLED,
    holds_stop,
    is_line,
    judge,
    keep_best,
    least_break,
    level_beyond,
    may_break,
    watched_level,
)
from pl.signals.chart.sketch import BAR, SCALE, TURN
from pl.signals.chart.state import CEILING, FLOOR, LATEST, LEVEL, SIDE, UNTIL, ChartState

AHEAD: Final = 16
DRAFT: Final = 0
WORK: Final = 1
XS: Final = 2
YS: Final = 3
NEAREST: Final = 4
"""Rows of the room."""
ROUNDING: Final = 1e-9
"""Lines are computed from other ends when watched: a share of the price that covers it."""


@inner_leaf
def lowered(level: float) -> float:
    """Return a level a little lower, so that rounding cannot hide a close beyond it."""
    return level if level == NEVER else level - ROUNDING * abs(level)


@inner_leaf
def is_calm(state: ChartState, row: int, changed: int, close: float, position: int) -> bool:
    """Tell whether a close confirms no pivot and crosses nothing that is watched."""
    calm = state.calm[row]
    return bool(changed == 0 and position <= calm[LATEST] and calm[FLOOR] <= close <= calm[CEILING])


@leaf
def nearest_ahead(
    rule: int,
    bars: Bars,
    turn: int,
    xs: Float64,
    ys: Float64,
    n: int,
    i: int,
    level: float,
    work: Float64,
) -> float:
    """Return the lowest level of a rule in the AHEAD bars after bar `i`, whose own is `level`.

    A level or line that bar `i` has crossed is done with, but for rules that know another beyond.
    """
    close = turn * bars[i, CLOSE]
    margin = ROUNDING * abs(level)
    if close > level + margin:
        if (RELEVELLED >> rule) & 1:
            return float(
                level_beyond(rule, bars, turn, xs, ys, n, i + AHEAD, close, close - margin)
            )
        return NEVER
    if not is_line(rule):
        return level
    soon = watched_level(rule, bars, turn, xs, ys, n, i, i + 1, work)
    return float(min(soon, watched_level(rule, bars, turn, xs, ys, n, i, i + AHEAD, work)))


@leaf
def holds_until(ring: Float64, count: int, n: int, k: int, position: int) -> float:
    """Return the last position for which what is watched now holds: then pivots grow too old."""
    if n == 0:
        return NEVER
    oldest = ring[count - n - 1, NEWEST] + WINDOW_BARS - 1 - k
    return float(min(position + AHEAD, oldest))


@inner_leaf
def look_at_scale(
    state: ChartState, row: int, scale: int, bars: Bars, i: int, offset: int, out: Float64
) -> bool:
    """Call the rules whose level bar `i` crosses, and note which level to watch from then on.

    Tells whether `out` received a better find.
    """
    ring, count, watched = state.rings[row, scale], state.counts[row, scale], state.watched[row]
    turn = -int(ring[count - 1, KIND])
    least = least_break(turn, ring, count, offset, i + 1, i + AHEAD)
    watched[scale, SIDE] = turn
    watched[scale, UNTIL] = i + offset + AHEAD
    watched[scale, LEVEL] = lowered(least)
    if not may_break(bars, i, turn, ring, count, offset):
        return False
    k = SCALES[scale]
    n = read_newest(ring, count, i, k, offset, state.room[XS], state.room[YS])
    found = call_rules(state.room, bars, i, turn, k, n, out)
    nearest = max(state.room[NEAREST, 0], least)
    watched[scale, LEVEL] = lowered(nearest)
    watched[scale, UNTIL] = holds_until(ring, count, n, k, i + offset)
    if found:
        out[TURN] = turn
        out[SCALE] = k
        out[BAR] = i
    return found


@leaf
def call_rules(room: Float64, bars: Bars, i: int, turn: int, k: int, n: int, out: Float64) -> bool:
    """Call the rules whose level bar `i` crosses; tell whether `out` received a better find.

    room : what the rules work in, with the pivots; receives the nearest level of the bars after.
    """
    draft, work, xs, ys = room[DRAFT], room[WORK], room[XS], room[YS]
    close = turn * bars[i, CLOSE]
    found = False
    nearest = NEVER
    for rule in range(N_RULES):
        until = i if is_line(rule) else i + AHEAD
        level = watched_level(rule, bars, turn, xs, ys, n, i, until, work)
        if level == NEVER:
            continue
        nearest = min(nearest, nearest_ahead(rule, bars, turn, xs, ys, n, i, level, work))
        if close <= lowered(level):
            continue
        sketch.clear(draft)
        judged = judge(rule, bars, i, turn, k, xs, ys, n, work, draft)
        if judged and holds_stop(bars, i, turn, xs, draft) and keep_best(draft, out, close):
            found = True
    room[NEAREST, 0] = nearest
    return found


@leaf
def best_of_scales(
    state: ChartState, row: int, changed: int, bars: Bars, i: int, offset: int, out: Float64
) -> bool:
    """Write the best fitting find of bar `i` over all scales; tell whether there is one.

    changed : bit s is set when the bar confirmed a pivot of scale s
    """
    sketch.clear(out)
    found = False
    for scale in range(N_SCALES):
        watched = state.watched[row, scale]
        rests = i + offset <= watched[UNTIL]
        rests = rests and watched[SIDE] * bars[i, CLOSE] <= watched[LEVEL]
        if state.counts[row, scale] < 3 or (rests and not (changed >> scale) & 1):
            continue
        if look_at_scale(state, row, scale, bars, i, offset, out):
            found = True
    sum_up(state, row)
    return found


@inner_leaf
def sum_up(state: ChartState, row: int) -> None:
    """Note between which prices, and up to which position, no scale has to be looked at."""
    ceiling, floor, latest = NEVER, -NEVER, NEVER
    watched = state.watched[row]
    for scale in range(N_SCALES):
        if watched[scale, SIDE] > 0.0:
            ceiling = min(ceiling, watched[scale, LEVEL])
        elif watched[scale, SIDE] < 0.0:
            floor = max(floor, -watched[scale, LEVEL])
        latest = min(latest, watched[scale, UNTIL])
    state.calm[row, CEILING] = ceiling
    state.calm[row, FLOOR] = floor
    state.calm[row, LATEST] = latest
