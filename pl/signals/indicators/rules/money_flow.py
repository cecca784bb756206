"""Tell how much of the money traded went up: the money flow index.

100 times typical price x volume of the bars whose typical price rose over that of those where it
moved at all, of 14 bars; NaN where none did.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import Lanes, load, newest, size, spread, total, where_above
from pl.market.batches import Float64
from pl.signals.bars import VOLUME, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.rules.commodity_channel import thrice_typical

MFI_14: Final = COLUMN["mfi_14"]
FLOW_BARS: Final = 14
SAME: Final = 1e-12
"""Typical prices this close to each other differ by the rounding of their sums alone."""


@inner_leaf
def moves(bars: Bars, first: int) -> tuple[Lanes, Lanes]:
    """Return the money of eight bars, of those whose typical price rose and of those it moved.

    Three times as much as was traded: the factor cancels out.
    """
    typical = thrice_typical(bars, first)
    moved = typical - thrice_typical(bars, first - 1)
    noise, money = spread(SAME) * typical, typical * load(bars, first, VOLUME)
    return where_above(moved, noise, money), where_above(size(moved), noise, money)


@leaf
def mfi(bars: Bars, i: int) -> float:
    """Return the money flow index of 14 bars, 0-100, or NaN."""
    if i < FLOW_BARS:
        return math.nan
    rose, moved = moves(bars, i - FLOW_BARS + 1)
    rose_later, moved_later = moves(bars, i - 7)
    rising = total(rose + newest(rose_later, FLOW_BARS - 8))
    moving = total(moved + newest(moved_later, FLOW_BARS - 8))
    return 100.0 * rising / moving if moving > 0.0 else math.nan


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write the index."""
    out[MFI_14] = mfi(bars, i)


MONEY_FLOW: Final = IndicatorSet(
    columns=(
        Column(
            name="mfi_14",
            warm_up=FLOW_BARS + 1,
            unit="0 to 100",
            rule="money of rising bars over that of bars that moved, of 14 bars, in percent",
            parameters={"bars": FLOW_BARS},
            talib=TaLib("MFI", {"timeperiod": FLOW_BARS}),
            published=("mfi", "mfi"),
            differs="TA-Lib takes the rounding of equal typical prices for a move; ours does not",
        ),
    ),
    source="Quong and Soudack 1989",
    write=write,
    home=__name__,
)
