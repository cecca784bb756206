"""Compare a symbol with the universe: strength and rank of its change over 60 bars.

The change less the median of the universe's, and the share of the universe that changed by less;
those that changed by just as much count half. A row knows one symbol: `pl/signals/universe.py`
fills them in when the bars of a minute have been evaluated, NaN where fewer than two symbols have a
value.
"""

import math
from typing import Final

from pl.kernel import inner_leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN

STRENGTH: Final = COLUMN["relative_strength"]
RANK: Final = COLUMN["strength_rank"]
BARS: Final = 60


@inner_leaf
def write(out: Float64) -> None:
    """Leave them open until all rows of the bar are compared."""
    out[STRENGTH] = math.nan
    out[RANK] = math.nan


RELATIVE_STRENGTH: Final = IndicatorSet(
    columns=(
        Column(
            name="relative_strength",
            warm_up=BARS + 1,
            unit="percentage points",
            rule="change over 60 bars less the median of the universe's",
            parameters={"bars": BARS},
            twin="test_signals_universe.py",
        ),
        Column(
            name="strength_rank",
            warm_up=BARS + 1,
            unit="0 to 100",
            rule="share of the universe that changed by less over 60 bars, in percent",
            parameters={"bars": BARS},
            twin="test_signals_universe.py",
        ),
    ),
    source="Levy 1967",
    write=write,
    home=__name__,
)
