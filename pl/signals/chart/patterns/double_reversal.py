"""Recognise the double bottom and, upside down, the double top.

A fall of at least 1.35 heights into a low, a rally to the neckline, a second low within 15 % of
the height of the first, and the first close above the neckline (the high between the lows) by a
tenth of the height. The height is the neckline less the lower low. The two legs last alike within
a factor of 2.5 and the break comes within 2.5 times the longer of them. Stop below the lower
low, target one height beyond the neckline.
Source : Bulkowski 2021, double bottoms; Edwards and Magee 2007, ch. 9.
Fit : evenness is the mean of the lows' likeness (0 at 15 % apart) and of the legs' durations.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart.fit import CLEARANCE, FARTHEST, NEVER, alike, closeness, fit_of, in_step
from pl.signals.chart.geometry import breaks_level, off_polygon
from pl.signals.chart.pattern import ChartPattern, ChartRule
from pl.signals.chart.sketch import draw_line, draw_points, note

DOUBLE_TOP: Final = 0
DOUBLE_BOTTOM: Final = 1

LEVEL_TOLERANCE: Final = 0.15
LEAD: Final = 0.35
SHORTEST_LEG: Final = 0.4
LONGEST_BREAK: Final = 2.5
N_PIVOTS: Final = 4


@leaf
def double_level(xs: Float64, ys: Float64, n: int, i: int) -> float:
    """Return the level that completes the pattern from bar `i` on, NEVER when it is none."""
    if n < N_PIVOTS:
        return NEVER
    height = ys[1] - min(ys[0], ys[2])
    if abs(ys[0] - ys[2]) >= LEVEL_TOLERANCE * height or ys[3] < ys[1] + LEAD * height:
        return NEVER
    first, second = xs[1] - xs[2], xs[0] - xs[1]
    if in_step(first, second) < SHORTEST_LEG or i - xs[0] > LONGEST_BREAK * max(first, second):
        return NEVER
    return float(ys[1] + CLEARANCE * height)


@leaf
def double_reversal(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if not breaks_level(bars, i, turn, int(xs[0]) + k, double_level(xs, ys, n, i)):
        return False
    neckline, floor = ys[1], min(ys[0], ys[2])
    height = neckline - floor
    close = closeness(off_polygon(bars, i, turn, xs, ys, 3), height, FARTHEST)
    even = 0.5 * alike(ys[0], ys[2], LEVEL_TOLERANCE * height)
    even += 0.5 * in_step(xs[1] - xs[2], xs[0] - xs[1])
    pattern = DOUBLE_BOTTOM if turn > 0 else DOUBLE_TOP
    note(out, pattern, close, even, fit_of(close, even), neckline, floor, height)
    draw_points(out, xs, ys, 3)
    draw_line(out, xs[1], neckline, i, neckline)
    return True


RULE = ChartRule(
    number=0, name="Double_Reversal", judge=double_reversal, level=double_level, forms=True
)
TOP = ChartPattern(DOUBLE_TOP, "Double_Top", RULE, alert_from=0.56)
BOTTOM = ChartPattern(DOUBLE_BOTTOM, "Double_Bottom", RULE, alert_from=0.56)
