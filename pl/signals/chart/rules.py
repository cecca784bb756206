"""Judge one bar at one scale by the chart patterns' rules and keep the best find.

A rule is known here by its place among `registry.RULES`.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.chart.geometry import lowest_turned, on_line
from pl.signals.chart.pivots import POSITION, PRICE
from pl.signals.chart.registry import RULES
from pl.signals.chart.sketch import FIT, HEIGHT, LEVEL, N_POINTS, RANK, STOP
from pl.signals.composition import asked, chosen

N_RULES: Final = len(RULES)
LINES: Final = sum(1 << place for place, rule in enumerate(RULES) if rule.is_line)
FORMERS: Final = sum(1 << place for place, rule in enumerate(RULES) if rule.forms)
RELEVELLED: Final = sum(1 << place for place, rule in enumerate(RULES) if rule.beyond)
"""Sets of rules, bit by place."""
LEAST_FIT: Final = 0.3

judge = leaf(
    chosen(
        "judge",
        "rule, bars, i, turn, k, xs, ys, n, work, out",
        {place: (rule.judge, asked(rule.judge)) for place, rule in enumerate(RULES)},
        __name__,
    )
)
"""Judge bar `i` by one rule; write the sketch `out` and tell whether it is a find."""

watched_level = leaf(
    chosen(
        "watched_level",
        "rule, bars, turn, xs, ys, n, i, x, work",
        {place: (rule.level, asked(rule.level)) for place, rule in enumerate(RULES)},
        __name__,
    )
)
"""Return the price whose crossing at bar `x` may complete a rule's pattern of bar `i`.

NEVER when the pivots do not make the pattern. It is never too high, at times too low.
"""

level_beyond = leaf(
    chosen(
        "level_beyond",
        "rule, bars, turn, xs, ys, n, x, close, above",
        {
            place: (rule.beyond, asked(rule.beyond))
            for place, rule in enumerate(RULES)
            if rule.beyond
        },
        __name__,
    )
)
"""Return the price to watch next of a rule among RELEVELLED when `close` is beyond the last."""


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
    return bool((LINES >> rule) & 1)


@leaf
def is_sound(draft: Float64, close: float) -> bool:
    """Tell whether a break that closed at `close`, turned, is worth following.

    A broken line that has sunk below the stop is not, and neither is a break that is already at
    or beyond the measured target: what the pattern promised has happened, and nothing is left to
    enter for. So every find is entered between its stop and its target.
    """
    level = draft[LEVEL]
    return bool(draft[FIT] >= LEAST_FIT and draft[STOP] < level and close < level + draft[HEIGHT])


@leaf
def holds_stop(bars: Bars, i: int, turn: int, xs: Float64, draft: Float64) -> bool:
    """Tell whether no bar after the newest pivot went beyond the stop of a draft of bar `i`.

    A price there ends the find, so it must not have come before it: the pivots were confirmed, and
    one that lies farther out is not yet.
    """
    return bool(lowest_turned(bars, turn, int(xs[0]) + 1, i) >= draft[STOP])


@leaf
def keep_best(draft: Float64, out: Float64, close: float) -> bool:
    """Keep a find when it is sound and beats what is there; tell whether it did.

    Best is the highest fit times n / (n + 1) for n points: more points explain more.
    """
    draft[RANK] = draft[FIT] * (1.0 - 1.0 / (1.0 + draft[N_POINTS]))
    if not is_sound(draft, close) or draft[RANK] <= out[RANK]:
        return False
    for m in range(len(draft)):
        out[m] = draft[m]
    return True
