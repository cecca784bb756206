"""Recognise the rounding bottom.

A high (the rim), then closes that lie near two half parabolas from it down to a lowest point in
the middle third and up again, clearly nearer than to a V, a last rise that does not linger at the
rim, and the first close above the rim by a tenth of the depth. The depth is the rim less the
lowest low. Stop below the lowest low, target one depth beyond the rim. Bullish only.
Source : Edwards and Magee 2007, ch. 7; Bulkowski 2021, rounding bottoms.
Fit : closeness is to the parabola; evenness is how central the bottom lies.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart.bowl import BOWL, VEE, fit_shape
from pl.signals.chart.fit import CLEARANCE, NEARER, NEVER, closeness, fit_of
from pl.signals.chart.geometry import breaks_level, lowest_turned, turned_high
from pl.signals.chart.pattern import ChartPattern, ChartRule
from pl.signals.chart.sketch import draw_line, draw_point, note

ROUNDING_BOTTOM: Final = 16

LEAST_BARS: Final = 14
OFF_CENTRE: Final = 0.34
ROUNDER: Final = 0.85
NEAR_RIM: Final = 0.15
LONGEST_AT_RIM: Final = 0.22
BREAK_BARS: Final = 3
"""It has no last swing: its break is the last bars, as many as these."""


@leaf
def broken_rim(bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, n: int) -> int:
    """Return which high bar `i` is the first to close above since, -1 when there is none."""
    highest = -1e300
    for m in range(1, n, 2):
        if ys[m] > highest:
            highest = ys[m]
            first = int(xs[m])
            if i - first < LEAST_BARS or not turn * bars[i, CLOSE] > ys[m]:
                continue
            lowest = ys[0]
            for low in range(2, m, 2):
                lowest = min(lowest, ys[low])
            depth = ys[m] - lowest
            if breaks_level(bars, i, turn, first + 1, ys[m] + CLEARANCE * depth):
                return m
    return -1


@leaf
def next_rim(turn: int, xs: Float64, ys: Float64, n: int, x: int, above: float) -> float:
    """Return the lowest level above `above` whose break would go through a rim, NEVER without.

    x : the last bar for which it has to hold; rims too new for it are left out.
    """
    best = NEVER
    if turn < 0:
        return best
    highest = -1e300
    lowest = ys[0]
    for m in range(1, n, 2):
        if ys[m] > highest:
            highest = ys[m]
            level = ys[m] + CLEARANCE * (ys[m] - lowest)
            if x - xs[m] >= LEAST_BARS and above < level < best:
                best = level
        if m + 1 < n:
            lowest = min(lowest, ys[m + 1])
    return float(best)


@leaf
def nearest_rim(turn: int, xs: Float64, ys: Float64, n: int, x: int) -> float:
    """Return the lowest level whose break would go through a rim, NEVER without."""
    return next_rim(turn, xs, ys, n, x, -NEVER)


@leaf
def lingers(bars: Bars, i: int, turn: int, bottom: int, level: float, n_bars: int) -> bool:
    """Tell whether the closes, once back at `level`, took long to go through the rim."""
    for j in range(bottom, i):
        if turn * bars[j, CLOSE] > level:
            return i - j > max(LONGEST_AT_RIM * n_bars, 2.0)
    return False


@leaf
def rounding_bottom(
    bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if turn < 0 or n < 2:
        return False
    m = broken_rim(bars, i, turn, xs, ys, n)
    if m < 0:
        return False
    low = lowest_turned(bars, turn, int(xs[m]), i)
    rim, depth = ys[m], ys[m] - low
    first = int(xs[m])
    last = i - 1
    while last > first + LEAST_BARS // 2 and turn * bars[last, CLOSE] > rim:
        last -= 1
    vee, _ = fit_shape(bars, turn, first, last, VEE)
    rms, vertex = fit_shape(bars, turn, first, last, BOWL)
    centre = abs(2.0 * (vertex - first) / (last - first) - 1.0)
    if centre > OFF_CENTRE or rms >= ROUNDER * vee:
        return False
    if lingers(bars, i, turn, int(vertex), rim - NEAR_RIM * depth, i - first):
        return False
    close, even = closeness(rms, depth, NEARER), 1.0 - centre
    note(out, ROUNDING_BOTTOM, close, even, fit_of(close, even), rim, low, depth)
    draw_point(out, first, turned_high(bars, first, turn))
    draw_point(out, vertex, low)
    draw_line(out, first, rim, i, rim)
    return True


RULE = ChartRule(
    number=5, name="Rounding_Bottom", judge=rounding_bottom, level=nearest_rim, beyond=next_rim
)
ROUNDED = ChartPattern(
    ROUNDING_BOTTOM, "Rounding_Bottom", RULE, alert_from=0.62, break_bars=BREAK_BARS
)
