"""Expect levels where the session before puts them: pivot points in three makes.

How they follow from its high, low and close, `pivot_points` says; `session_before` which it is and
when it is unknown.
"""

from typing import Final

from pl.kernel import inner_leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.pivot_points import write_outer_points, write_pivot_points

FIRST: Final = COLUMN["pivot"]
OUTER: Final = COLUMN["pivot_r3"]


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the 17 levels."""
    write_pivot_points(out, FIRST, state)
    write_outer_points(out, OUTER, state)


def _level(name: str, rule: str) -> Column:
    return Column(name=name, warm_up=0, unit="USD", rule=rule, twin="test_signals_sessions.py")


PIVOT_LEVELS: Final = IndicatorSet(
    columns=(
        _level("pivot", "P = (high + low + close) / 3"),
        _level("pivot_r1", "2 P - low"),
        _level("pivot_s1", "2 P - high"),
        _level("pivot_r2", "P + range"),
        _level("pivot_s2", "P - range"),
        _level("fibonacci_r1", "P + 0.382 of the range"),
        _level("fibonacci_s1", "P - 0.382 of the range"),
        _level("fibonacci_r2", "P + 0.618 of the range"),
        _level("fibonacci_s2", "P - 0.618 of the range"),
        _level("camarilla_r3", "close + 1.1 / 4 of the range"),
        _level("camarilla_s3", "close - 1.1 / 4 of the range"),
        _level("camarilla_r4", "close + 1.1 / 2 of the range"),
        _level("camarilla_s4", "close - 1.1 / 2 of the range"),
        _level("pivot_r3", "high + 2 (P - low)"),
        _level("pivot_s3", "low - 2 (high - P)"),
        _level("fibonacci_r3", "P + range"),
        _level("fibonacci_s3", "P - range"),
    ),
    source="Person 2004, ch. 6; Stott 1989 for Camarilla",
    write=write,
    home=__name__,
)
