"""Recognise the triple bottom and, upside down, the triple top.

A fall of at least 1.35 heights into three lows within 20 % of the height of each other, with two
rallies between them to highs within 25 % of each other, and the first close above the higher of
those highs by a tenth of the height. The height is that high less the lowest low. The halves, from
low to middle low to low, last alike within a factor of 3.3 and the break comes within 1.25 times
the longer of them. Stop below the lowest low, target one height beyond.
Source : Bulkowski 2021, triple bottoms; Edwards and Magee 2007, ch. 9.
Fit : evenness is the mean of the likeness of lows and of highs and of the legs' durations.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart.fit import CLEARANCE, FARTHEST, NEVER, alike, closeness, fit_of, in_step
from pl.signals.chart.geometry import breaks_level, off_polygon
from pl.signals.chart.pattern import ChartPattern, ChartRule
from pl.signals.chart.sketch import draw_line, draw_points, note

TRIPLE_TOP: Final = 2
TRIPLE_BOTTOM: Final = 3

LOW_TOLERANCE: Final = 0.2
HIGH_TOLERANCE: Final = 0.25
LEAD: Final = 0.35
SHORTEST_LEG: Final = 0.3
LONGEST_BREAK: Final = 2.5
N_PIVOTS: Final = 6


@leaf
def triple_level(xs: Float64, ys: Float64, n: int, i: int) -> float:
    """Return the level that completes the pattern from bar `i` on, NEVER when it is none."""
    if n < N_PIVOTS:
        return NEVER
    neckline = max(ys[1], ys[3])
    floor = min(ys[0], ys[2], ys[4])
    height = neckline - floor
    apart = max(ys[0], ys[2], ys[4]) - floor
    if apart >= LOW_TOLERANCE * height or abs(ys[1] - ys[3]) >= HIGH_TOLERANCE * height:
        return NEVER
    first, second = xs[2] - xs[4], xs[0] - xs[2]
    if ys[5] < neckline + LEAD * height or in_step(first, second) < SHORTEST_LEG:
        return NEVER
    if i - xs[0] > LONGEST_BREAK * 0.5 * max(first, second):
        return NEVER
    return float(neckline + CLEARANCE * height)


@leaf
def triple_reversal(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if not breaks_level(bars, i, turn, int(xs[0]) + k, triple_level(xs, ys, n, i)):
        return False
    neckline = max(ys[1], ys[3])
    floor = min(ys[0], ys[2], ys[4])
    height = neckline - floor
    apart = max(ys[0], ys[2], ys[4]) - floor
    close = closeness(off_polygon(bars, i, turn, xs, ys, 5), height, FARTHEST)
    lows = 1.0 - apart / (LOW_TOLERANCE * height)
    highs = alike(ys[1], ys[3], HIGH_TOLERANCE * height)
    even = (lows + highs + in_step(xs[2] - xs[4], xs[0] - xs[2])) / 3.0
    pattern = TRIPLE_BOTTOM if turn > 0 else TRIPLE_TOP
    note(out, pattern, close, even, fit_of(close, even), neckline, floor, height)
    draw_points(out, xs, ys, 5)
    draw_line(out, xs[3], neckline, i, neckline)
    return True


RULE = ChartRule(
    number=1, name="Triple_Reversal", judge=triple_reversal, level=triple_level, forms=True
)
TOP = ChartPattern(TRIPLE_TOP, "Triple_Top", RULE, alert_from=0.50)
BOTTOM = ChartPattern(TRIPLE_BOTTOM, "Triple_Bottom", RULE, alert_from=0.50)
