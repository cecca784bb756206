"""Measure prices that swing between two lines: triangles, wedges, rectangle and channel share it.

Five alternating pivots at least: three lows and the two highs between them; the high before them
too when it lies on the upper line. The line of three pivots is their least squares line. Every
pivot lies within 15 % of the first width of its line. The find is the first close beyond the line
opposite to the last pivot by a tenth of the first width, while the lines are still that far apart
and within 2 mean swings of the last pivot.
Slopes are the change over the span of the pivots as a share of the width at the first pivot, read
on the chart as it is. Stop at the last pivot, target one first width beyond the broken line.
Source : Edwards and Magee 2007, ch. 8 and 11; Bulkowski 2021 (at least five touches).
Fit : evenness is 1 less the worst pivot's distance from its line over the tolerance, averaged
with the evenness of the swings (the shortest over the longest).
"""

from typing import Final

from pl.discovery import found
from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart import slopes
from pl.signals.chart.fit import BETWEEN_BARS, CLEARANCE, FARTHEST, NEVER, closeness, fit_of
from pl.signals.chart.geometry import breaks_line, off_polygon, on_line
from pl.signals.chart.pattern import NO_PATTERN, ChartRule, Slopes
from pl.signals.chart.sketch import draw_line, draw_points, note
from pl.signals.composition import greatest

TOUCH_TOLERANCE: Final = 0.15
LEAST_EVENNESS: Final = 0.4
LONGEST_BREAK: Final = 2.0
LEAST_BREAK_WIDTH: Final = 0.1
N_PIVOTS: Final = 5

UPPER: Final = 0
LOWER: Final = 1
WIDTH: Final = 2
UPPER_SLOPE: Final = 3
LOWER_SLOPE: Final = 4
N_TOUCHES: Final = 5
EVEN: Final = 6
FIRST: Final = 7
UPPER_END: Final = 8
LOWER_END: Final = 9
LEAD: Final = 10
N_MEASURES: Final = 11


@leaf
def fit_line(
    xs: Float64, ys: Float64, first: int, n: int, x_a: float, x_b: float, out: Float64
) -> float:
    """Fit every second pivot from `first`, `n` of them; return the worst distance from the line.

    Bars are counted from the newest pivot: counted from the first bar held, the last bits would
    tell how long a process has run.
    out : (2,) float64 receives the line's heights at `x_a` and `x_b`.
    """
    origin = xs[first]
    mean_x = 0.0
    mean_y = 0.0
    for m in range(n):
        mean_x += (xs[first + 2 * m] - origin) / n
        mean_y += ys[first + 2 * m] / n
    across = 0.0
    along = 0.0
    for m in range(n):
        dx = xs[first + 2 * m] - origin - mean_x
        across += dx * (ys[first + 2 * m] - mean_y)
        along += dx * dx
    slope = across / along
    worst = 0.0
    for m in range(n):
        off = ys[first + 2 * m] - mean_y - slope * (xs[first + 2 * m] - origin - mean_x)
        worst = max(worst, abs(off))
    out[0] = mean_y + slope * (x_a - origin - mean_x)
    out[1] = mean_y + slope * (x_b - origin - mean_x)
    return worst


@leaf
def swings(xs: Float64, n: int) -> float:
    """Return the shortest swing between the `n` newest pivots over the longest."""
    shortest = longest = xs[0] - xs[1]
    for m in range(1, n - 1):
        shortest = min(shortest, xs[m] - xs[m + 1])
        longest = max(longest, xs[m] - xs[m + 1])
    return float(shortest / longest)


@leaf
def count_touches(xs: Float64, ys: Float64, n: int) -> int:
    """Return 6 when the high before the five newest pivots lies on the upper line, else 5."""
    if n < 6:
        return 5
    width = on_line(xs[3], ys[3], xs[1], ys[1], xs[4]) - ys[4]
    off = ys[5] - on_line(xs[3], ys[3], xs[1], ys[1], xs[5])
    return 6 if abs(off) <= 1.5 * TOUCH_TOLERANCE * width else 5


@leaf
def measure(xs: Float64, ys: Float64, n: int, i: int, out: Float64) -> bool:
    """Measure the newest pivots at bar `i`; tell whether it may break out from between two lines.

    out : (N_MEASURES,) float64
    """
    if n < N_PIVOTS:
        return False
    touches = count_touches(xs, ys, n)
    start, end = xs[touches - 1], xs[0]
    rhythm = swings(xs, touches)
    if 0.5 + 0.5 * rhythm < LEAST_EVENNESS or i - end > LONGEST_BREAK * (end - start) / (
        touches - 1
    ):
        return False
    ends = out[UPPER_END:]
    worst_high = fit_line(xs, ys, 1, touches // 2, start, i, out[0:2])
    out[FIRST], out[LEAD] = out[0], out[1]
    worst_low = fit_line(xs, ys, 0, 3, start, i, out[0:2])
    top_start, top_now, low_start, low_now = out[FIRST], out[LEAD], out[0], out[1]
    width = top_start - low_start
    if not width > 0.0 or top_now - low_now < LEAST_BREAK_WIDTH * width:
        return False
    worst = max(worst_high, worst_low) / (TOUCH_TOLERANCE * width)
    if worst >= 1.0 or 0.5 * (1.0 - worst) + 0.5 * rhythm < LEAST_EVENNESS:
        return False
    span = (end - start) / (i - start)
    out[UPPER] = top_start
    out[LOWER] = low_start
    ends[0] = top_now
    ends[1] = low_now
    out[WIDTH] = width
    out[UPPER_SLOPE] = (top_now - top_start) * span / width
    out[LOWER_SLOPE] = (low_now - low_start) * span / width
    out[N_TOUCHES] = touches
    out[EVEN] = 0.5 * (1.0 - worst) + 0.5 * rhythm
    out[FIRST] = start
    out[LEAD] = 0.0
    if touches < n and touches == N_PIVOTS:
        out[LEAD] = (ys[5] - on_line(start, top_start, i, top_now, xs[5])) / width
    return True


RULES: Final = [one.tell for one in found(Slopes, slopes)]
named = leaf(greatest("named", "upper, lower, lead", RULES, NO_PATTERN, __name__))
"""Return the highest number that the slopes make, negative when they make none."""


@leaf
def name_of(m: Float64, turn: int) -> int:
    """Return the number of the pattern between the measured lines, negative when it is none."""
    upper = m[UPPER_SLOPE] if turn > 0 else -m[LOWER_SLOPE]
    lower = m[LOWER_SLOPE] if turn > 0 else -m[UPPER_SLOPE]
    return int(named(upper, lower, m[LEAD]))


@leaf
def line_level(turn: int, xs: Float64, ys: Float64, n: int, i: int, x: int, work: Float64) -> float:
    """Return what completes the pattern of bar `i` at bar `x`, NEVER when it is none.

    work : (N_MEASURES,) float64, room to work in
    """
    if not measure(xs, ys, n, i, work) or name_of(work, turn) < 0:
        return NEVER
    line = on_line(work[FIRST], work[UPPER], i, work[UPPER_END], x)
    return float(line + CLEARANCE * work[WIDTH])


@leaf
def between_lines(
    bars: Bars,
    i: int,
    turn: int,
    k: int,
    xs: Float64,
    ys: Float64,
    n: int,
    work: Float64,
    out: Float64,
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one.

    work : (N_MEASURES,) float64, room to work in
    """
    if not measure(xs, ys, n, i, work):
        return False
    pattern = name_of(work, turn)
    first, clear = int(xs[0]) + k, CLEARANCE * work[WIDTH]
    top, top_now = work[UPPER] + clear, work[UPPER_END] + clear
    if pattern < 0 or not breaks_line(bars, i, turn, first, work[FIRST], top, i, top_now):
        return False
    draw(pattern, bars, i, turn, xs, ys, work, out)
    return True


@leaf
def draw(
    pattern: int, bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, m: Float64, out: Float64
) -> None:
    """Write the sketch of a pattern between the two measured lines `m`."""
    touches = int(m[N_TOUCHES])
    pace = (touches - 1) / (xs[0] - xs[touches - 1])
    rms = off_polygon(bars, i, turn, xs, ys, touches)
    close = closeness(rms, m[WIDTH], FARTHEST + BETWEEN_BARS * pace)
    fit = fit_of(close, m[EVEN])
    note(out, pattern, close, m[EVEN], fit, m[UPPER_END], ys[0], m[WIDTH])
    draw_points(out, xs, ys, touches)
    draw_line(out, m[FIRST], m[UPPER], i, m[UPPER_END])
    draw_line(out, m[FIRST], m[LOWER], i, m[LOWER_END])


RULE = ChartRule(
    number=3,
    name="Two_Lines",
    judge=between_lines,
    level=line_level,
    is_line=True,
    forms=True,
)
