"""Mark the highest high and the lowest low of some bars.

Donchian's channel leaves the bar itself out, so that it can break out of it; the others do not. The
year is of 252 days or 52 weeks, and NaN on shorter bars.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import HIGH, LOW, Bars, highest, lowest
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import BOTTOM_20, TOP_20

DONCHIAN_UPPER: Final = COLUMN["donchian_upper"]
DONCHIAN_LOWER: Final = COLUMN["donchian_lower"]
HIGH_20: Final = COLUMN["high_20"]
HIGH_50: Final = COLUMN["high_50"]
YEAR_HIGH: Final = COLUMN["high_52_week"]
YEAR_LOW: Final = COLUMN["low_52_week"]
SHORT_RANGE: Final = 20
LONG_RANGE: Final = 50
DAYS: Final = 252


@inner_leaf
def write_range(out: Float64, at: int, bars: Bars, first: int, last: int) -> None:
    """Write high and low of bars `first` to `last`, NaN when `first` is before all bars."""
    out[at] = highest(bars, HIGH, first, last) if first >= 0 else math.nan
    out[at + 1] = lowest(bars, LOW, first, last) if first >= 0 else math.nan


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write all but the year's, which are NaN unless `write_year` knows a year."""
    out[DONCHIAN_UPPER] = state[TOP_20]
    out[DONCHIAN_LOWER] = state[BOTTOM_20]
    write_range(out, HIGH_20, bars, i - SHORT_RANGE + 1, i)
    write_range(out, HIGH_50, bars, i - LONG_RANGE + 1, i)
    out[YEAR_HIGH] = math.nan
    out[YEAR_LOW] = math.nan


@leaf
def write_year(out: Float64, bars: Bars, i: int, n_bars: int) -> None:
    """Write high and low of a year of `n_bars` bars; 0 leaves them NaN."""
    if n_bars > 0:
        write_range(out, YEAR_HIGH, bars, i - n_bars + 1, i)


def _over(n: int) -> tuple[Column, Column]:
    return (
        Column(
            name=f"high_{n}",
            warm_up=n,
            unit="USD",
            rule=f"highest high of the last {n} bars",
            parameters={"bars": n},
            talib=TaLib("MAX", {"timeperiod": n, "price": "high"}),
        ),
        Column(
            name=f"low_{n}",
            warm_up=n,
            unit="USD",
            rule=f"lowest low of the last {n} bars",
            parameters={"bars": n},
            talib=TaLib("MIN", {"timeperiod": n, "price": "low"}),
        ),
    )


PRICE_RANGES: Final = IndicatorSet(
    columns=(
        Column(
            name="donchian_upper",
            warm_up=SHORT_RANGE + 1,
            unit="USD",
            rule="highest high of the 20 bars before",
            parameters={"bars": SHORT_RANGE},
            published=("donchian", "upperBand"),
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="donchian_lower",
            warm_up=SHORT_RANGE + 1,
            unit="USD",
            rule="lowest low of the 20 bars before",
            parameters={"bars": SHORT_RANGE},
            published=("donchian", "lowerBand"),
            twin="test_signals_indicator_breadth.py",
        ),
        *_over(SHORT_RANGE),
        *_over(LONG_RANGE),
        Column(
            name="high_52_week",
            warm_up=DAYS,
            unit="USD",
            rule="highest high of 252 days or 52 weeks",
            parameters={"days": DAYS, "weeks": 52},
            talib=TaLib("MAX", {"timeperiod": DAYS, "price": "high"}),
        ),
        Column(
            name="low_52_week",
            warm_up=DAYS,
            unit="USD",
            rule="lowest low of 252 days or 52 weeks",
            parameters={"days": DAYS, "weeks": 52},
            talib=TaLib("MIN", {"timeperiod": DAYS, "price": "low"}),
        ),
    ),
    source="Donchian 1960; Schwager 1996, ch. 8",
    write=write,
    home=__name__,
)
