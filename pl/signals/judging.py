"""Judge a bar by the pattern of a number, which is its place in the registry."""

from typing import Final

from pl.kernel import kernel
from pl.signals.composition import chosen
from pl.signals.registry import PATTERNS

READS: Final = {"candlestick": "bars, i", "event": "bars, i, state"}
"""By family: what a rule is called with."""

judge = kernel(
    chosen(
        "judge",
        "number, bars, i, state",
        {pattern.number: (pattern.rule, READS[pattern.family]) for pattern in PATTERNS},
        __name__,
    )
)
"""Return the verdict of the pattern `number` on bar `i`; `state` has seen the bar."""
