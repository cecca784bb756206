"""Expect levels where the range before puts them: pivot points in three makes.

What range it is and how the levels follow from it, `pivot_points` says.
"""

from typing import Final

from pl.kernel import inner_leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.pivot_points import write_pivot_points
from pl.signals.indicators.state import BOTTOM_20, TOP_20

FIRST: Final = COLUMN["pivot"]
BARS_BEFORE: Final = 20


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write the 13 levels."""
    before = bars[max(i - 1, 0), CLOSE]
    write_pivot_points(out, FIRST, state[TOP_20], state[BOTTOM_20], before)


def _level(name: str, rule: str, published: str = "") -> Column:
    return Column(
        name=name,
        warm_up=BARS_BEFORE + 1,
        unit="USD",
        rule=rule,
        parameters={"bars": BARS_BEFORE},
        published=("rolling-pivots", published) if published else None,
        twin="test_signals_indicator_breadth.py",
    )


PIVOT_LEVELS: Final = IndicatorSet(
    columns=(
        _level("pivot", "P = (high + low + close) / 3", "pp"),
        _level("pivot_r1", "2 P - low", "r1"),
        _level("pivot_s1", "2 P - high", "s1"),
        _level("pivot_r2", "P + range", "r2"),
        _level("pivot_s2", "P - range", "s2"),
        _level("fibonacci_r1", "P + 0.382 of the range"),
        _level("fibonacci_s1", "P - 0.382 of the range"),
        _level("fibonacci_r2", "P + 0.618 of the range"),
        _level("fibonacci_s2", "P - 0.618 of the range"),
        _level("camarilla_r3", "close + 1.1 / 4 of the range"),
        _level("camarilla_s3", "close - 1.1 / 4 of the range"),
        _level("camarilla_r4", "close + 1.1 / 2 of the range"),
        _level("camarilla_s4", "close - 1.1 / 2 of the range"),
    ),
    source="Person 2004, ch. 6; Stott 1989 for Camarilla",
    write=write,
    home=__name__,
)
