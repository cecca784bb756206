"""Recognise the flag and the pennant, up and, upside down, down.

A straight pole, then four pivots against it: high, low, high, low, and the first close beyond the
line of the highs by a tenth of the pole. The swings stay in the last 62 % of the pole and fill at
least 20 %: what gives back more is a triangle's. The second high lies at most 15 % of the pole
above the first, the shortest swing lasts a fifth of the longest at least, and the break comes
within 2.5 mean swings of the last low.
Pennant: the lines come together by at least 30 %, neither running with the other by more than 0.1
of their distance. Flag: else, when their distance at most doubles or shrinks by 70 % and they do
not run with the pole by more than 0.3 of it. The pole is quick: it takes at most 0.8 times as long
as the rest.
Stop below the last low, target one pole beyond the break.
Source : Edwards and Magee 2007, ch. 11; Bulkowski 2021, flags and pennants.
Fit : closeness is against the pole's height; evenness is the mean of the swings' evenness and of
how little of the pole the swings take back, 1 for nothing and a half for the most.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart.fit import BETWEEN_BARS, CLEARANCE, NEARER, NEVER, closeness, fit_of
from pl.signals.chart.geometry import breaks_line, knee, off_polygon, on_line, turned_low
from pl.signals.chart.pattern import NO_PATTERN, ChartPattern, ChartRule
from pl.signals.chart.patterns.two_lines import swings
from pl.signals.chart.sketch import draw_line, draw_points, note

FLAG: Final = 13
PENNANT: Final = 14

DEEPEST: Final = 0.62
LEAST_WIDTH: Final = 0.2
MOST_RISE: Final = 0.15
LONGEST_POLE: Final = 0.8
LEAST_CLOSING: Final = 0.3
MOST_OPENING: Final = 1.0
MOST_CLOSING: Final = 0.7
WITH_THE_POLE: Final = 0.3
SHORTEST_SWING: Final = 0.2
LONGEST_BREAK: Final = 2.5
ASLANT: Final = 0.1
N_PIVOTS: Final = 5


@leaf
def tell(xs: Float64, ys: Float64) -> int:
    """Return FLAG, PENNANT or NO_PATTERN for the four newest pivots."""
    top, bottom = on_line(xs[3], ys[3], xs[1], ys[1], xs[0]), ys[0]
    start = ys[3] - on_line(xs[2], ys[2], xs[0], ys[0], xs[3])
    if start <= 0.0 or top <= bottom:
        return NO_PATTERN
    closing = 1.0 - (top - bottom) / start
    upper = (top - ys[3]) / start
    lower = upper + closing
    if closing >= LEAST_CLOSING and upper < ASLANT and lower > -ASLANT:
        return PENNANT
    if -MOST_OPENING <= closing <= MOST_CLOSING and 0.5 * (upper + lower) <= WITH_THE_POLE:
        return FLAG
    return NO_PATTERN


@leaf
def is_flown(xs: Float64, ys: Float64, n: int, i: int) -> bool:
    """Tell whether the five newest pivots are a flag or a pennant that bar `i` may complete."""
    if n < N_PIVOTS:
        return False
    pole = ys[3] - ys[4]
    taken = (ys[3] - min(ys[0], ys[2])) / pole
    if not LEAST_WIDTH < taken < DEEPEST or ys[1] > ys[3] + MOST_RISE * pole:
        return False
    if swings(xs, 4) < SHORTEST_SWING or i - xs[0] > LONGEST_BREAK * (xs[0] - xs[3]) / 3.0:
        return False
    return tell(xs, ys) != NO_PATTERN


@leaf
def flag_level(xs: Float64, ys: Float64, n: int, i: int, x: int) -> float:
    """Return what completes the pattern of bar `i` at bar `x`, NEVER when it is none."""
    if not is_flown(xs, ys, n, i):
        return NEVER
    return float(on_line(xs[3], ys[3], xs[1], ys[1], x) + CLEARANCE * (ys[3] - ys[4]))


@leaf
def flag(
    bars: Bars, i: int, turn: int, k: int, xs: Float64, ys: Float64, n: int, out: Float64
) -> bool:
    """Judge bar `i` against the newest pivots; write the sketch and tell whether it is one."""
    if not is_flown(xs, ys, n, i):
        return False
    clear = CLEARANCE * (ys[3] - ys[4])
    if not breaks_line(bars, i, turn, int(xs[0]) + k, xs[3], ys[3] + clear, xs[1], ys[1] + clear):
        return False
    return fly(tell(xs, ys), bars, i, turn, xs, ys, swings(xs, 4), out)


@leaf
def fly(
    pattern: int,
    bars: Bars,
    i: int,
    turn: int,
    xs: Float64,
    ys: Float64,
    rhythm: float,
    out: Float64,
) -> bool:
    """Measure the pole from where it begins; write the sketch and tell whether it suits."""
    base = knee(bars, -turn, int(xs[4]), int(xs[3]))
    if xs[3] - base > LONGEST_POLE * (i - xs[3]):
        return False
    xs[4] = base
    ys[4] = turned_low(bars, base, turn)
    pole = ys[3] - ys[4]
    taken = (ys[3] - min(ys[0], ys[2])) / pole
    if taken < LEAST_WIDTH:
        return False
    farthest = NEARER + BETWEEN_BARS / (xs[3] - xs[4])
    close = closeness(off_polygon(bars, i, turn, xs, ys, 5), pole, farthest)
    even = 0.5 * rhythm + 0.5 * (1.0 - 0.5 * taken / DEEPEST)
    level = on_line(xs[3], ys[3], xs[1], ys[1], i)
    note(out, pattern, close, even, fit_of(close, even), level, min(ys[0], ys[2]), pole)
    draw_points(out, xs, ys, 5)
    draw_line(out, xs[3], ys[3], i, level)
    draw_line(out, xs[2], ys[2], i, on_line(xs[2], ys[2], xs[0], ys[0], i))
    return True


RULE = ChartRule(
    number=6,
    name="Flag",
    judge=flag,
    level=flag_level,
    is_line=True,
    moves_pivots=True,
)
FLAGS = ChartPattern(FLAG, "Flag", RULE, alert_from=0.61)
PENNANTS = ChartPattern(PENNANT, "Pennant", RULE, alert_from=0.60)
