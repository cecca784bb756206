"""Judge a bar by all patterns in one go, in the order of their numbers."""

from collections.abc import Callable
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64, Int64
from pl.signals.bars import Bars
from pl.signals.candles.frame import frame_of
from pl.signals.composition import composed
from pl.signals.hits import NONE, Verdict
from pl.signals.registry import PATTERNS

READS: Final = {"candlestick": "bars, i, c", "event": "bars, i, state"}
"""By family: what a rule is called with."""

PATTERN: Final = 2
DIRECTION: Final = 3
"""Columns of a hit's facts."""

GROUP: Final = 10
"""Rules that one function calls: few enough to compile fast."""

_ARGUMENTS: Final = "bars, i, state, c, possible, facts, numbers, n"


@leaf
def note(facts: Int64, numbers: Float64, n: int, pattern: int, verdict: Verdict) -> int:
    """Write a verdict as hit `n` unless it is silent; return how many hits there are."""
    direction, fit, level, measure = verdict
    if direction == NONE:
        return n
    facts[n, PATTERN] = pattern
    facts[n, DIRECTION] = direction
    numbers[n, 0] = fit
    numbers[n, 1] = level
    numbers[n, 2] = measure
    return n + 1


def _judging(first: int) -> Callable[..., int]:
    """Return the function that judges by a group of patterns."""
    lines = []
    for one in PATTERNS[first : first + GROUP]:
        verdict = f"rule_{one.number}({READS[one.family]})"
        lines += [
            f"if (possible >> {one.number}) & 1:",
            f"    n = note(facts, numbers, n, {one.number}, {verdict})",
        ]
    rules = {f"rule_{one.number}": one.rule for one in PATTERNS[first : first + GROUP]}
    return composed(
        f"judge_from_{first}", _ARGUMENTS, [*lines, "return n"], {**rules, "note": note}, __name__
    )


_JUDGES: Final = {
    f"judge_from_{first}": leaf(_judging(first)) for first in range(0, len(PATTERNS), GROUP)
}
judge_all = leaf(
    composed(
        "judge_all",
        _ARGUMENTS,
        [*(f"n = {name}({_ARGUMENTS})" for name in _JUDGES), "return n"],
        _JUDGES,
        __name__,
    )
)
"""Judge bar `i` by the patterns whose bits are set in `possible`; return how many hits there are.

state : has seen the bar; c : its frame; facts, numbers : of the hits, as in `HitRows`, written from
place `n` on.
"""


def judge(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Return the verdict of any pattern outside of kernels."""
    pattern = PATTERNS[number]
    if pattern.family == "event":
        return pattern.rule(bars, i, state)
    return pattern.rule(bars, i, frame_of(bars, i))
