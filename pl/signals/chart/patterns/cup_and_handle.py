"""Recognise the cup with handle.

Two rims within 20 % of the depth of each other, a round bottom between them, a handle that gives
back 8 to 55 % of the depth and takes at most 60 % of the cup's time, and the first close above
the right rim by a tenth of the depth. The depth is the lower rim less the lowest low; the cup lasts
at least 9 bars, its closes lie nearer to a parabola than to a V, its lowest point in the middle
half. Stop below the handle, target one depth beyond the right rim. Bullish only.
Source : O'Neil 2009, ch. 2; Bulkowski 2021, cup with handle.
Fit : closeness is to the parabola and the handle's polygon; evenness is the mean of the rims'
likeness and of how central the bottom lies.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart.bowl import BOWL, VEE, fit_shape
from pl.signals.chart.fit import CLEARANCE, NEARER, NEVER, alike, closeness, fit_of
from pl.signals.chart.geometry import breaks_level, lowest_turned, off_polygon
from pl.signals.chart.pattern import ChartPattern, ChartRule
from pl.signals.chart.sketch import draw_line, draw_point, note

CUP_AND_HANDLE: Final = 15

RIM_TOLERANCE: Final = 0.2
SHALLOWEST: Final = 0.08
DEEPEST: Final = 0.55
LONGEST_HANDLE: Final = 0.6
LEAST_BARS: Final = 9
ROUNDER: Final = 0.9


@leaf
def left_rim(ys: Float64, n: int, depth_tolerance: float) -> int:
    """Return which pivot is the left rim: the newest high before the right rim nearly as high."""
    lowest = ys[2]
    for m in range(3, n, 2):
        if ys[m] >= ys[1] - depth_tolerance * (ys[1] - lowest):
            return m
        lowest = min(lowest, ys[m - 1])
    return -1


@leaf
def rim_level(turn: int, xs: Float64, ys: Float64, n: int, i: int) -> float:
    """Return a level at or below the one that completes the pattern, NEVER when it is none.

    The lowest pivot stands for the lowest low, which may lie a little lower.
    """
    if turn < 0 or n < 4:
        return NEVER
    rim = left_rim(ys, n, RIM_TOLERANCE)
    if rim < 0:
        return NEVER
    n_bars = xs[1] - xs[rim]
    if n_bars < LEAST_BARS or i - xs[1] > LONGEST_HANDLE * n_bars:
        return NEVER
    lowest = ys[2]
    for m in range(4, rim, 2):
        lowest = min(lowest, ys[m])
    return float(ys[1] + CLEARANCE * (min(ys[1], ys[rim]) - lowest))


@leaf
def deepest_level(bars: Bars, turn: int, xs: Float64, ys: Float64, n: int, close: float) -> float:
    """Return the level that completes the cup of `rim_level`, NEVER when `close` is above it."""
    rim = left_rim(ys, n, RIM_TOLERANCE)
    depth = min(ys[1], ys[rim]) - lowest_turned(bars, turn, int(xs[rim]), int(xs[1]))
    level = ys[1] + CLEARANCE * depth
    return NEVER if close > level else float(level)


@leaf
def cup_and_handle(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if not turn * bars[i, CLOSE] > rim_level(turn, xs, ys, n, i):
        return False
    rim = left_rim(ys, n, RIM_TOLERANCE)
    first, last = int(xs[rim]), int(xs[1])
    depth = min(ys[1], ys[rim]) - lowest_turned(bars, turn, first, last)
    given_back = (ys[1] - ys[0]) / depth
    if abs(ys[1] - ys[rim]) >= RIM_TOLERANCE * depth or not SHALLOWEST < given_back < DEEPEST:
        return False
    if not breaks_level(bars, i, turn, int(xs[0]) + k, ys[1] + CLEARANCE * depth):
        return False
    return shape(bars, i, turn, xs, ys, rim, depth, out)


@leaf
def shape(
    bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, rim: int, depth: float, out: Float64
) -> bool:
    """Tell whether the cup is round, and write the sketch when it is."""
    first, last = int(xs[rim]), int(xs[1])
    vee, _ = fit_shape(bars, turn, first, last, VEE)
    rms, vertex = fit_shape(bars, turn, first, last, BOWL)
    centre = abs(2.0 * (vertex - first) / (last - first) - 1.0)
    if rms >= ROUNDER * vee:
        return False
    handle = off_polygon(bars, i, turn, xs, ys, 2)
    share = (i - last) / (i - first)
    together = math.sqrt((1.0 - share) * rms * rms + share * handle * handle)
    close = closeness(together, depth, NEARER)
    even = 0.5 * alike(ys[1], ys[rim], RIM_TOLERANCE * depth) + 0.5 * (1.0 - centre)
    note(out, CUP_AND_HANDLE, close, even, fit_of(close, even), ys[1], ys[0], depth)
    draw_point(out, first, ys[rim])
    draw_point(out, vertex, lowest_turned(bars, turn, first, last))
    draw_point(out, last, ys[1])
    draw_point(out, xs[0], ys[0])
    draw_line(out, last, ys[1], i, ys[1])
    return True


RULE = ChartRule(
    number=4, name="Cup_And_Handle", judge=cup_and_handle, level=rim_level, beyond=deepest_level
)
CUP = ChartPattern(CUP_AND_HANDLE, "Cup_And_Handle", RULE, alert_from=0.50)
