"""Judge one bar at one scale by every chart pattern and keep the best find."""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart.cup_and_handle import cup_and_handle, rim_level
from pl.signals.chart.double_reversal import double_level, double_reversal
from pl.signals.chart.fit import NEVER
from pl.signals.chart.flags import flag, flag_level
from pl.signals.chart.geometry import on_line
from pl.signals.chart.head_and_shoulders import head_and_shoulders, necklines_break
from pl.signals.chart.pivots import POSITION, PRICE
from pl.signals.chart.rounding_bottom import next_rim, rounding_bottom
from pl.signals.chart.sketch import FIT, LEVEL, N_POINTS, RANK, STOP
from pl.signals.chart.triple_reversal import triple_level, triple_reversal
from pl.signals.chart.two_lines import between_lines, line_level
from pl.signals.chart.vee_reversal import vee_level, vee_reversal

N_RULES: Final = 8
CUPS: Final = 4
RIMS: Final = 5
"""The rule of the rounding bottom, which watches many rims, one above the other."""
LEAST_FIT: Final = 0.3


@leaf
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


@leaf
def judge(
    rule: int,
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
    """Judge bar `i` by one rule; those that move a pivot to the knee of a line come last."""
    if rule < 3:
        return judge_reversal(rule, bars, i, turn, k, xs, ys, n, out)
    if rule == 3:
        return between_lines(bars, i, turn, k, xs, ys, n, work, out)
    if rule == 4:
        return cup_and_handle(bars, i, turn, k, xs, ys, n, out)
    if rule == 5:
        return rounding_bottom(bars, i, turn, xs, ys, n, out)
    if rule == 6:
        return flag(bars, i, turn, k, xs, ys, n, out)
    return vee_reversal(bars, i, turn, k, xs, ys, n, out)


@leaf
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


@leaf
def least_break(turn: int, ring: Float64, n: int, offset: int, first: int, last: int) -> float:
    """Return a turned price at or below which no bar from `first` to `last` may break."""
    newest = turn * ring[n - 2, PRICE]
    if n < 4:
        return float(newest)
    x0, x1 = ring[n - 4, POSITION] - offset, ring[n - 2, POSITION] - offset
    if x0 >= x1:
        return float(newest)
    before = turn * ring[n - 4, PRICE]
    line = min(on_line(x0, before, x1, newest, first), on_line(x0, before, x1, newest, last))
    return float(min(newest, line))


@leaf
def is_line(rule: int) -> bool:
    """Tell whether a rule watches a line, which may rise or fall; the others watch a level."""
    return rule == 2 or rule == 3 or rule == 6  # noqa: PLR1714 - leaves know no sets


@leaf
def watched_line(
    rule: int, turn: int, xs: Float64, ys: Float64, n: int, i: int, x: int, work: Float64
) -> float:
    """Return the height at bar `x` of the line that a rule watches at bar `i`, NEVER without."""
    if rule == 2:
        return necklines_break(xs, ys, n, i, x)
    if rule == 3:
        return line_level(turn, xs, ys, n, i, x, work)
    return flag_level(xs, ys, n, i, x)


@leaf
def watched_level(
    rule: int,
    bars: Bars,
    turn: int,
    xs: Float64,
    ys: Float64,
    n: int,
    i: int,
    x: int,
    work: Float64,
) -> float:
    """Return the price whose crossing at bar `x` may complete a rule's pattern of bar `i`.

    NEVER when the pivots do not make the pattern. It is never too high, at times too low.
    """
    if is_line(rule):
        return watched_line(rule, turn, xs, ys, n, i, x, work)
    if rule == 0:
        return double_level(xs, ys, n, i)
    if rule == 1:
        return triple_level(xs, ys, n, i)
    if rule == CUPS:
        return rim_level(turn, xs, ys, n, i)
    if rule == RIMS:
        return next_rim(turn, xs, ys, n, x, -NEVER)
    return vee_level(bars, turn, xs, ys, n, i, x)


@leaf
def keep_best(draft: Float64, out: Float64) -> bool:
    """Keep a find when it beats what is there; tell whether it did.

    Best is the highest fit times n / (n + 1) for n points: more points explain more. A broken
    line that has sunk below the stop is no find.
    """
    draft[RANK] = draft[FIT] * (1.0 - 1.0 / (1.0 + draft[N_POINTS]))
    sound = draft[FIT] >= LEAST_FIT and draft[LEVEL] > draft[STOP]
    if not sound or draft[RANK] <= out[RANK]:
        return False
    for m in range(len(draft)):
        out[m] = draft[m]
    return True
