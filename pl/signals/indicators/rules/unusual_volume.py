"""Compare the bar's shares with those of the 20 bars before it, across sessions.

Relative volume is volume over their mean; the z-score volume less their mean, in their population
deviations. `time_of_day` compares with the same time of the sessions before.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.market.batches import Float64
from pl.signals.bars import VOLUME, Bars
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.rules.bollinger import squares_around
from pl.signals.indicators.state import USUAL_VOLUME

RELATIVE_VOLUME: Final = COLUMN["relative_volume"]
VOLUME_Z_20: Final = COLUMN["volume_z_20"]
USUAL_BARS: Final = 20


@leaf
def volume_z(bars: Bars, i: int, usual: float) -> float:
    """Return how many deviations the volume lies above its mean of the 20 bars before, or NaN."""
    if i < USUAL_BARS:
        return math.nan
    squares = squares_around(bars, VOLUME, i - USUAL_BARS, usual)
    deviation = math.sqrt(squares / USUAL_BARS)
    return float((bars[i, VOLUME] - usual) / deviation) if deviation > 0.0 else math.nan


@leaf
def relative_volume(bars: Bars, i: int, usual: float) -> float:
    """Return the volume of bar `i` over `usual`, the mean of the 20 bars before it, or NaN."""
    return float(bars[i, VOLUME] / usual) if usual > 0.0 else math.nan


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write relative volume and z-score."""
    out[RELATIVE_VOLUME] = relative_volume(bars, i, state[USUAL_VOLUME])
    out[VOLUME_Z_20] = volume_z(bars, i, state[USUAL_VOLUME])


UNUSUAL_VOLUME: Final = IndicatorSet(
    columns=(
        Column(
            name="relative_volume",
            warm_up=USUAL_BARS + 1,
            unit="ratio",
            rule="volume over its mean of the 20 bars before",
            parameters={"bars": USUAL_BARS},
            twin="test_signals_indicators.py",
        ),
        Column(
            name="volume_z_20",
            warm_up=USUAL_BARS + 1,
            unit="ratio",
            rule="volume less its mean of the 20 bars before, in their deviations",
            parameters={"bars": USUAL_BARS},
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Murphy 1999, ch. 7",
    write=write,
    home=__name__,
)
