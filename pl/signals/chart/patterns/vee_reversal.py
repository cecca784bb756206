"""Recognise the V bottom and, upside down, the V top.

One straight fall and one straight rise from a single low, each lasting at least half as long as the
other, 16 to 128 bars in all, nearer to their best V than to their best parabola, and the first
close above the price from which the fall began by a tenth of the height. The bars before the fall,
as many as it lasted, stay within 85 % of the height of that price, so that the V stands out, and
the height is at least what a random walk at their pace would span. The height is that price less
the low. Stop below the low, target one height beyond.
Source : Edwards and Magee 2007, ch. 10; Bulkowski 2021, V bottoms.
Fit : evenness is the mean of the likeness of the two durations and of n / (n + 12) for n bars:
few bars are straight by chance.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars, mean_true_range
from pl.signals.chart.bowl import BOWL, VEE, fit_shape
from pl.signals.chart.fit import CLEARANCE, NEARER, NEVER, closeness, fit_of, in_step
from pl.signals.chart.geometry import (
    breaks_level,
    highest_turned,
    knee,
    lowest_turned,
    off_polygon,
    turned_high,
)
from pl.signals.chart.pattern import ChartPattern, ChartRule
from pl.signals.chart.sketch import draw_line, draw_point, note

V_TOP: Final = 17
V_BOTTOM: Final = 18

SHORTEST_LEG: Final = 0.5
LEAST_STEEPNESS: Final = 1.0
HALF_SUPPORT: Final = 12.0
LEAST_BARS: Final = 16
MOST_BARS: Final = 128
STRAIGHTEST: Final = 1.0
BEFORE: Final = 0.85
N_PIVOTS: Final = 2


@leaf
def stands_out(bars: Bars, turn: int, first: int, low: int, level: float, height: float) -> bool:
    """Tell whether the bars before the fall stay near the price from which it began."""
    since = max(first - (low - first), 0)
    return (
        lowest_turned(bars, turn, since, first) >= level - BEFORE * height
        and highest_turned(bars, turn, since, first) <= level + BEFORE * height
    )


@leaf
def steepness(bars: Bars, i: int, first: int, height: float) -> float:
    """Return the height over what the bars before would span as a random walk, at their pace."""
    n_before = min(i - first, first - 1)
    if n_before < 1:
        return 0.0
    unit = mean_true_range(bars, first, n_before)
    return float(height / (unit * math.sqrt(float(i - first)))) if unit > 0.0 else 0.0


@leaf
def vee_level(bars: Bars, turn: int, xs: Float64, ys: Float64, n: int, i: int, x: int) -> float:
    """Return the level that completes the pattern of bar `i` by bar `x`, NEVER when it is none."""
    if n < N_PIVOTS:
        return NEVER
    longest = (1.0 + 1.0 / SHORTEST_LEG) * (xs[0] - xs[1])
    if min(longest, x - xs[1]) < LEAST_BARS or i - xs[1] > longest:
        return NEVER
    level = turned_high(bars, knee(bars, turn, int(xs[1]), int(xs[0])), turn)
    return float(level + CLEARANCE * (level - ys[0]))


@leaf
def vee_reversal(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if n < N_PIVOTS:
        return False
    low = int(xs[0])
    reach = ys[1] + CLEARANCE * (ys[1] - ys[0])
    if i - 1 >= low + k and turn * bars[i - 1, CLOSE] > reach:
        return False
    first = knee(bars, turn, int(xs[1]), low)
    level = turned_high(bars, first, turn)
    height = level - ys[0]
    evenness = in_step(low - first, i - low)
    if not LEAST_BARS <= i - first <= MOST_BARS or evenness < SHORTEST_LEG:
        return False
    if not breaks_level(bars, i, turn, low + k, level + CLEARANCE * height):
        return False
    steep = steepness(bars, i, first, height) >= LEAST_STEEPNESS
    if not (steep and stands_out(bars, turn, first, low, level, height)):
        return False
    return draw(bars, i, turn, xs, ys, first, out)


@leaf
def draw(bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, first: int, out: Float64) -> bool:
    """Tell whether the legs are straight, and write the sketch when they are."""
    low, level = int(xs[0]), turned_high(bars, first, turn)
    height = level - ys[0]
    support = (i - first) / (i - first + HALF_SUPPORT)
    evenness = 0.5 * in_step(low - first, i - low) + 0.5 * support
    xs[1] = first
    ys[1] = level
    rms = off_polygon(bars, i, turn, xs, ys, 2)
    vee, _ = fit_shape(bars, turn, first, i, VEE)
    bowl, _ = fit_shape(bars, turn, first, i, BOWL)
    if vee >= STRAIGHTEST * bowl:
        return False
    close = closeness(rms, height, NEARER)
    pattern = V_BOTTOM if turn > 0 else V_TOP
    note(out, pattern, close, evenness, fit_of(close, evenness), level, ys[0], height)
    draw_point(out, first, level)
    draw_point(out, low, ys[0])
    draw_line(out, first, level, i, level)
    return True


RULE = ChartRule(
    number=7, name="Vee_Reversal", judge=vee_reversal, level=vee_level, moves_pivots=True
)
TOP = ChartPattern(V_TOP, "V_Top", RULE, alert_from=0.64)
BOTTOM = ChartPattern(V_BOTTOM, "V_Bottom", RULE, alert_from=0.64)
