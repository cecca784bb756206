"""Recognise the inverse head and shoulders and, upside down, head and shoulders.

A low (left shoulder), a lower low (head) and a higher low (right shoulder), the highs between
them making the neckline, and the first close above the neckline by a tenth of the height. The
height is the neckline over the head less the head; the head lies at least 20 % of it below both
shoulders, the shoulders are within 25 % of each other, each at least 20 % below the neckline, which
rises or falls by at most 30 % between its highs; the halves last alike within a factor of 2.5 and
the break comes within 1.5 times the longer of them. The fall into the left shoulder comes from
above the neckline. Stop below the right shoulder, target one height beyond the neckline.
Source : Bulkowski 2021, head-and-shoulders bottoms; Edwards and Magee 2007, ch. 6.
Fit : evenness is the mean of the likeness of shoulders and of highs and of the halves' durations.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart.fit import CLEARANCE, FARTHEST, NEVER, alike, closeness, fit_of, in_step
from pl.signals.chart.geometry import breaks_line, off_polygon, on_line
from pl.signals.chart.pattern import ChartPattern, ChartRule
from pl.signals.chart.sketch import draw_line, draw_points, note

HEAD_AND_SHOULDERS: Final = 4
INVERSE_HEAD_AND_SHOULDERS: Final = 5

SHOULDER_TOLERANCE: Final = 0.25
NECKLINE_TOLERANCE: Final = 0.3
LEAST_HEAD: Final = 0.2
LEAST_SHOULDER: Final = 0.2
SHORTEST_HALF: Final = 0.4
LONGEST_BREAK: Final = 1.5
N_PIVOTS: Final = 6


@leaf
def is_shaped(xs: Float64, ys: Float64, i: int, height: float) -> bool:
    """Tell whether the five newest pivots have a head between alike shoulders."""
    head, left, right = ys[2], ys[4], ys[0]
    if min(left, right) - head < LEAST_HEAD * height:
        return False
    if abs(left - right) >= SHOULDER_TOLERANCE * height:
        return False
    if abs(ys[1] - ys[3]) >= NECKLINE_TOLERANCE * height:
        return False
    left_depth = on_line(xs[3], ys[3], xs[1], ys[1], xs[4]) - left
    right_depth = on_line(xs[3], ys[3], xs[1], ys[1], xs[0]) - right
    if min(left_depth, right_depth) < LEAST_SHOULDER * height or ys[5] < ys[3]:
        return False
    before, after = xs[2] - xs[4], xs[0] - xs[2]
    return in_step(before, after) >= SHORTEST_HALF and i - xs[0] <= LONGEST_BREAK * max(
        before, after
    )


@leaf
def necklines_break(xs: Float64, ys: Float64, n: int, i: int, x: int) -> float:
    """Return what completes the pattern of bar `i` at bar `x`, NEVER when it is none."""
    if n < N_PIVOTS or not (ys[2] < ys[0] and ys[2] < ys[4]):
        return NEVER
    height = on_line(xs[3], ys[3], xs[1], ys[1], xs[2]) - ys[2]
    if not is_shaped(xs, ys, i, height):
        return NEVER
    return float(on_line(xs[3], ys[3], xs[1], ys[1], x) + CLEARANCE * height)


@leaf
def head_and_shoulders(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if necklines_break(xs, ys, n, i, i) == NEVER:
        return False
    height = on_line(xs[3], ys[3], xs[1], ys[1], xs[2]) - ys[2]
    clear = CLEARANCE * height
    if not breaks_line(bars, i, turn, int(xs[0]) + k, xs[3], ys[3] + clear, xs[1], ys[1] + clear):
        return False
    close = closeness(off_polygon(bars, i, turn, xs, ys, 5), height, FARTHEST)
    shoulders = alike(ys[0], ys[4], SHOULDER_TOLERANCE * height)
    highs = alike(ys[1], ys[3], NECKLINE_TOLERANCE * height)
    even = (shoulders + highs + in_step(xs[2] - xs[4], xs[0] - xs[2])) / 3.0
    pattern = INVERSE_HEAD_AND_SHOULDERS if turn > 0 else HEAD_AND_SHOULDERS
    neckline = on_line(xs[3], ys[3], xs[1], ys[1], i)
    note(out, pattern, close, even, fit_of(close, even), neckline, ys[0], height)
    draw_points(out, xs, ys, 5)
    draw_line(out, xs[3], ys[3], i, neckline)
    return True


RULE = ChartRule(
    number=2,
    name="Head_And_Shoulders",
    judge=head_and_shoulders,
    level=necklines_break,
    is_line=True,
    forms=True,
)
UPRIGHT = ChartPattern(HEAD_AND_SHOULDERS, "Head_And_Shoulders", RULE, alert_from=0.54)
INVERSE = ChartPattern(
    INVERSE_HEAD_AND_SHOULDERS, "Inverse_Head_And_Shoulders", RULE, alert_from=0.57
)
