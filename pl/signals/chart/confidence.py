"""Turn a find's fit, volume and size into one confidence between 0 and 1.

confidence = 0.5 * fit + 0.4 * volume + 0.1 * size, to two decimals; it never falls when a term
rises.
volume : r * r / (1 + r * r), r = the mean volume of the swing that breaks out over the mean volume
         of the pattern before it, from its first pivot to its last (0 when there was none). From
         1.2 times on the volume confirms the break.
size   : x / (1 + x), x = the height over what a random walk with the same mean true range spans
         in the same number of bars (the mean true range times the square root of their number).
Source : Edwards and Magee 2007, ch. 6 to 11: a break without rising volume is suspect.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.signals.bars import VOLUME, Bars, mean, mean_true_range
from pl.signals.confidence import saturate

FIT_WEIGHT: Final = 0.5
VOLUME_WEIGHT: Final = 0.4
SIZE_WEIGHT: Final = 0.1
CONFIRMING_VOLUME: Final = 1.2


@leaf
def relative_volume(bars: Bars, i: int, first: int, turning: int) -> float:
    """Return the mean volume of the breaking swing over that of the bars before, 0 without any.

    first, turning : the first pivot and the one from which the swing breaks out.
    """
    usual = mean(bars, VOLUME, first, turning)
    return float(mean(bars, VOLUME, turning + 1, i) / usual) if usual > 0.0 else 0.0


@leaf
def relative_size(bars: Bars, i: int, first: int, height: float) -> float:
    """Return the height over the span of a random walk of the same bars."""
    n_bars = max(i - first, 1)
    unit = mean_true_range(bars, i, n_bars)
    return float(height / (unit * math.sqrt(float(n_bars)))) if unit > 0.0 else 0.0


@leaf
def confidence(fit: float, volume: float, size: float) -> float:
    """Return the confidence for a fit 0-1, a relative volume and a relative size."""
    score = (
        FIT_WEIGHT * fit + VOLUME_WEIGHT * saturate(volume * volume) + SIZE_WEIGHT * saturate(size)
    )
    return float(math.floor(score * 100.0 + 0.5) / 100.0)
