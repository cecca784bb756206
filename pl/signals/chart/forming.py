"""Recognise a chart pattern that lacks nothing but its break.

Only a newly confirmed pivot of a swing of at least 8 bars calls the rules whose break has a price
before it comes: those of double and triple reversals, of head and shoulders, and of what swings
between two lines. They judge the bar as if it had closed just beyond that price. What forms would
alert if the break came on the volume that confirms one. The other patterns are known at their
break alone.

A pattern whose pivots were found forming, or breaking out, in the QUIET_BARS bars before, at
another scale, is left out. So what forms at a bar depends on the MEMORY_BARS bars up to it alone.
"""

from typing import Final

import numpy as np

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart import sketch
from pl.signals.chart.confidence import CONFIRMING_VOLUME, confidence
from pl.signals.chart.fit import NEVER
from pl.signals.chart.pivots import KIND, N_SCALES, SCALES, read_newest
from pl.signals.chart.registry import CHARTS
from pl.signals.chart.rules import FORMERS, N_RULES, holds_stop, judge, keep_best, watched_level
from pl.signals.chart.sketch import (
    BAR,
    CONFIDENCE,
    CONTEXT,
    FIT,
    FORMING,
    N_POINTS,
    PATTERN,
    POINTS,
    SCALE,
    TURN,
)
from pl.signals.chart.state import N_RECENT, ChartState
from pl.signals.chart.watch import DRAFT, WORK, XS, YS

FIRST_SCALE: Final = 3
BEYOND: Final = 1e-6
"""How far beyond the level the break is thought, as a share of the price."""
LEAST_CONFIDENCE: Float64 = np.array([chart.alert_from for chart in CHARTS], np.float64)


@leaf
def forms_by_rules(
    state: ChartState, bars: Bars, i: int, turn: int, k: int, n: int, out: Float64
) -> bool:
    """Judge bar `i` as if it broke out; tell whether `out` received a better sketch."""
    draft, work, xs, ys = state.room[DRAFT], state.room[WORK], state.room[XS], state.room[YS]
    close = bars[i, CLOSE]
    found = False
    for rule in range(N_RULES):
        if not (FORMERS >> rule) & 1:
            continue
        level = watched_level(rule, bars, turn, xs, ys, n, i, i, work)
        if level == NEVER or turn * close > level:
            continue
        beyond = level + BEYOND * abs(level)
        bars[i, CLOSE] = turn * beyond
        sketch.clear(draft)
        judged = judge(rule, bars, i, turn, k, xs, ys, n, work, draft)
        if judged and holds_stop(bars, i, turn, xs, draft) and keep_best(draft, out, beyond):
            found = True
        bars[i, CLOSE] = close
    return found


@leaf
def best_forming(
    state: ChartState, row: int, changed: int, bars: Bars, i: int, offset: int, out: Float64
) -> bool:
    """Write what fits best of what forms by the pivots that bar `i` confirmed."""
    sketch.clear(out)
    found = False
    for scale in range(FIRST_SCALE, N_SCALES):
        count = state.counts[row, scale]
        if not (changed >> scale) & 1 or count < 4:
            continue
        ring, k = state.rings[row, scale], SCALES[scale]
        turn = -int(ring[count - 1, KIND])
        n = read_newest(ring, count, i, k, offset, state.room[XS], state.room[YS])
        if n >= 4 and forms_by_rules(state, bars, i, turn, k, n, out):
            found = True
            out[TURN] = turn
            out[SCALE] = k
            out[BAR] = i
    return found


@leaf
def is_formed(formed: Float64, out: Float64, offset: int, quiet: int) -> bool:
    """Tell whether the same pivots were found forming before; then note them."""
    name = out[TURN] * (1.0 + out[PATTERN])
    first = out[POINTS] + offset
    last = out[POINTS + 2 * int(out[N_POINTS]) - 2] + offset
    i = out[BAR] + offset
    known = False
    for r in range(N_RECENT):
        same = formed[r, 1] == name and formed[r, 2] == first and formed[r, 3] == last
        known = known or (same and formed[r, 0] >= i - quiet)
    for r in range(N_RECENT - 1, 0, -1):
        for column in range(formed.shape[1]):
            formed[r, column] = formed[r - 1, column]
    formed[0, 0] = i
    formed[0, 1] = name
    formed[0, 2] = first
    formed[0, 3] = last
    return known


@leaf
def would_alert(out: Float64) -> bool:
    """Give a completed sketch the confidence of a confirmed break; tell whether it would alert."""
    out[CONFIDENCE] = confidence(out[FIT], CONFIRMING_VOLUME, out[CONTEXT])
    out[FORMING] = 1.0
    return bool(out[CONFIDENCE] >= LEAST_CONFIDENCE[int(out[PATTERN])])
