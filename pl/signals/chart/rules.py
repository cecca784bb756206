"""Judge one bar at one scale by every chart pattern and keep the best find."""

from typing import Final

from pl.kernel import kernel
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart import two_lines
from pl.signals.chart.channel import channel
from pl.signals.chart.cup_and_handle import cup_and_handle
from pl.signals.chart.double_reversal import double_reversal
from pl.signals.chart.flags import flag
from pl.signals.chart.geometry import on_line
from pl.signals.chart.head_and_shoulders import head_and_shoulders
from pl.signals.chart.pivots import POSITION, PRICE
from pl.signals.chart.rectangle import rectangle
from pl.signals.chart.rounding_bottom import rounding_bottom
from pl.signals.chart.sketch import FIT, LEVEL, N_POINTS, RANK, SIZE, STOP, clear
from pl.signals.chart.triangles import triangle
from pl.signals.chart.triple_reversal import triple_reversal
from pl.signals.chart.two_lines import LEAD, LOWER_SLOPE, N_MEASURES, UPPER_SLOPE
from pl.signals.chart.vee_reversal import vee_reversal
from pl.signals.chart.wedges import wedge

N_RULES: Final = 8
LEAST_FIT: Final = 0.3


@kernel
def between_lines(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` by the patterns between two lines."""
    m = out[SIZE - N_MEASURES :]
    found = two_lines.measure(bars, i, turn, k, xs, ys, n, m)
    if not found:
        m[:] = 0.0
        return False
    upper, lower = m[UPPER_SLOPE], m[LOWER_SLOPE]
    pattern = max(triangle(upper, lower), wedge(upper, lower))
    pattern = max(pattern, rectangle(upper, lower, m[LEAD]), channel(upper, lower))
    measured = m.copy()
    m[:] = 0.0
    if pattern < 0:
        return False
    two_lines.draw(pattern, bars, i, turn, xs, ys, measured, out)
    return True


@kernel
def judge_reversal(
    rule: int,
    bars: Bars,
    i: int,
    turn: int,
    k: int,
    xs: Float64,
    ys: Float64,
    n: int,
    out: Float64,
) -> bool:
    """Judge bar `i` by one of the reversals with two or three extremes."""
    if rule == 0:
        return double_reversal(bars, i, turn, k, xs, ys, n, out)
    if rule == 1:
        return triple_reversal(bars, i, turn, k, xs, ys, n, out)
    return head_and_shoulders(bars, i, turn, k, xs, ys, n, out)


@kernel
def judge(
    rule: int,
    bars: Bars,
    i: int,
    turn: int,
    k: int,
    xs: Float64,
    ys: Float64,
    n: int,
    out: Float64,
) -> bool:
    """Judge bar `i` by one rule; those that move a pivot to the knee of a line come last."""
    if rule < 3:
        return judge_reversal(rule, bars, i, turn, k, xs, ys, n, out)
    if rule == 3:
        return between_lines(bars, i, turn, k, xs, ys, n, out)
    if rule == 4:
        return cup_and_handle(bars, i, turn, k, xs, ys, n, out)
    if rule == 5:
        return rounding_bottom(bars, i, turn, xs, ys, n, out)
    if rule == 6:
        return flag(bars, i, turn, k, xs, ys, n, out)
    return vee_reversal(bars, i, turn, k, xs, ys, n, out)


@kernel
def may_break(bars: Bars, i: int, turn: int, ring: Float64, n: int, offset: int) -> bool:
    """Tell whether the close is beyond the last high or the line of the last two highs."""
    close = turn * bars[i, CLOSE]
    last = turn * ring[n - 2, PRICE]
    if close > last:
        return True
    if n < 4:
        return False
    x0, x1 = ring[n - 4, POSITION] - offset, ring[n - 2, POSITION] - offset
    return bool(x0 < x1 and close > on_line(x0, turn * ring[n - 4, PRICE], x1, last, i))


@kernel
def find_best(
    bars: Bars,
    i: int,
    turn: int,
    k: int,
    xs: Float64,
    ys: Float64,
    n: int,
    draft: Float64,
    out: Float64,
) -> bool:
    """Write the best find of bar `i` into `out` when it beats what is there.

    Best is the highest fit times n / (n + 1) for n points: more points explain more. A broken
    line that has sunk below the stop is no find.
    """
    better = False
    clear(draft)
    for rule in range(N_RULES):
        if not judge(rule, bars, i, turn, k, xs, ys, n, draft):
            continue
        draft[RANK] = draft[FIT] * (1.0 - 1.0 / (1.0 + draft[N_POINTS]))
        sound = draft[FIT] >= LEAST_FIT and draft[LEVEL] > draft[STOP]
        if sound and draft[RANK] > out[RANK]:
            out[:] = draft
            better = True
        clear(draft)
    return better
