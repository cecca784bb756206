"""Measure prices that swing between two lines: triangles, wedges, rectangle and channel share it.

Five alternating pivots at least: three lows and the two highs between them; the high before them
too when it lies on the upper line. The line of three pivots is their least squares line. Every
pivot lies within 15 % of the first width of its line. The find is the first close beyond the line
opposite to the last pivot, before the lines meet and within 2 swings of the last pivot.
Slopes are the change over the span of the pivots as a share of the width at the first pivot, read
on the chart as it is. Stop at the last pivot, target one first width beyond the broken line.
Source : Edwards and Magee 2007, ch. 8 and 11; Bulkowski 2021 (at least five touches).
Fit : evenness is 1 less the worst pivot's distance from its line over the tolerance, averaged
with the evenness of the swings (the shortest over the longest).
"""

from typing import Final

from pl.kernel import kernel
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart.fit import CLEARANCE, FARTHEST, closeness, fit_of
from pl.signals.chart.geometry import breaks_line, off_polygon, on_line
from pl.signals.chart.sketch import draw_line, draw_points, note

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


@kernel
def fit_line(
    xs: Float64, ys: Float64, first: int, n: int, x_a: float, x_b: float, out: Float64
) -> float:
    """Fit every second pivot from `first`, `n` of them; return the worst distance from the line.

    out : (2,) float64 receives the line's heights at `x_a` and `x_b`.
    """
    mean_x = 0.0
    mean_y = 0.0
    for m in range(n):
        mean_x += xs[first + 2 * m] / n
        mean_y += ys[first + 2 * m] / n
    across = 0.0
    along = 0.0
    for m in range(n):
        dx = xs[first + 2 * m] - mean_x
        across += dx * (ys[first + 2 * m] - mean_y)
        along += dx * dx
    slope = across / along
    worst = 0.0
    for m in range(n):
        off = ys[first + 2 * m] - mean_y - slope * (xs[first + 2 * m] - mean_x)
        worst = max(worst, abs(off))
    out[0] = mean_y + slope * (x_a - mean_x)
    out[1] = mean_y + slope * (x_b - mean_x)
    return worst


@kernel
def swings(xs: Float64, n: int) -> float:
    """Return the shortest swing between the `n` newest pivots over the longest."""
    shortest = longest = xs[0] - xs[1]
    for m in range(1, n - 1):
        shortest = min(shortest, xs[m] - xs[m + 1])
        longest = max(longest, xs[m] - xs[m + 1])
    return float(shortest / longest)


@kernel
def count_touches(xs: Float64, ys: Float64, n: int) -> int:
    """Return 6 when the high before the five newest pivots lies on the upper line, else 5."""
    if n < 6:
        return 5
    width = on_line(xs[3], ys[3], xs[1], ys[1], xs[4]) - ys[4]
    off = ys[5] - on_line(xs[3], ys[3], xs[1], ys[1], xs[5])
    return 6 if abs(off) <= 1.5 * TOUCH_TOLERANCE * width else 5


@kernel
def measure(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Measure the newest pivots; tell whether bar `i` breaks out from between two lines.

    out : (N_MEASURES,) float64
    """
    if n < N_PIVOTS:
        return False
    touches = count_touches(xs, ys, n)
    start, end = xs[touches - 1], xs[0]
    upper = out[UPPER_END:]
    worst_high = fit_line(xs, ys, 1, touches // 2, start, i, out[0:2])
    top_start, top_now = out[0], out[1]
    worst_low = fit_line(xs, ys, 0, 3, start, i, out[0:2])
    low_start, low_now = out[0], out[1]
    width = top_start - low_start
    if not width > 0.0 or top_now - low_now < LEAST_BREAK_WIDTH * width:
        return False
    worst = max(worst_high, worst_low) / (TOUCH_TOLERANCE * width)
    rhythm = swings(xs, touches)
    if worst >= 1.0 or 0.5 * (1.0 - worst) + 0.5 * rhythm < LEAST_EVENNESS:
        return False
    if i - end > LONGEST_BREAK * (end - start) / (touches - 1):
        return False
    clear = CLEARANCE * width
    if not breaks_line(bars, i, turn, int(end) + k, start, top_start + clear, i, top_now + clear):
        return False
    span = (end - start) / (i - start)
    rise, lift = (top_now - top_start) * span / width, (low_now - low_start) * span / width
    out[UPPER] = top_start
    out[LOWER] = low_start
    upper[0] = top_now
    upper[1] = low_now
    out[WIDTH] = width
    out[UPPER_SLOPE] = rise if turn > 0 else -lift
    out[LOWER_SLOPE] = lift if turn > 0 else -rise
    out[N_TOUCHES] = touches
    out[EVEN] = 0.5 * (1.0 - worst) + 0.5 * rhythm
    out[FIRST] = start
    out[LEAD] = 0.0
    if touches < n and touches == N_PIVOTS:
        out[LEAD] = (ys[5] - on_line(start, top_start, i, top_now, xs[5])) / width
    return True


@kernel
def draw(
    pattern: int, bars: Bars, i: int, turn: int, xs: Float64, ys: Float64, m: Float64, out: Float64
) -> None:
    """Write the sketch of a pattern between the two measured lines `m`."""
    touches = int(m[N_TOUCHES])
    close = closeness(off_polygon(bars, i, turn, xs, ys, touches), m[WIDTH], FARTHEST)
    fit = fit_of(close, m[EVEN])
    note(out, pattern, close, m[EVEN], fit, m[UPPER_END], ys[0], m[WIDTH])
    draw_points(out, xs, ys, touches)
    draw_line(out, m[FIRST], m[UPPER], i, m[UPPER_END])
    draw_line(out, m[FIRST], m[LOWER], i, m[LOWER_END])
