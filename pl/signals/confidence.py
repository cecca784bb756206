"""Turn fit, volume and context into one confidence between 0 and 1.

confidence = w_fit * fit + w_volume * volume score + w_context * context score, with the weights
that each pattern declares (they add up to 1) and every term between 0 and 1. It never falls when
a term rises.

volume score   r / (1 + r), r = volume over the mean of the 20 bars before: 0.5 at the usual
               volume, 0.75 at three times; 0 when there was none before.
context score  x / (1 + x) of what the pattern's setting looks at, 0 for x < 0:
               reversal      the move of the 10 bars before the pattern, against its direction
                             (either way for a neutral one), in mean true ranges over sqrt(10);
               continuation  the move of the 20 bars before, in its direction, likewise (of the
                             first bar that is judged 19, for no close lies before them);
               activity      the true range of the bar over the mean true range.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, true_range
from pl.signals.hits import NEUTRAL
from pl.signals.pattern import Setting

REVERSAL: Final = int(Setting.REVERSAL)
ACTIVITY: Final = int(Setting.ACTIVITY)
REVERSAL_BARS: Final = 10
CONTINUATION_BARS: Final = 20


@leaf
def saturate(x: float) -> float:
    """Return x / (1 + x), 0 for what is not positive."""
    return x / (1.0 + x) if x > 0.0 else 0.0


@leaf
def volume_score(volume: float, mean_volume: float) -> float:
    """Return how much volume stands behind a bar, 0-1."""
    return saturate(volume / mean_volume) if mean_volume > 0.0 else 0.0


@leaf
def move(bars: Bars, last: int, n_bars: int, unit: float) -> float:
    """Return the move of the `n_bars` bars up to `last`, or as many as there are, in units of a
    random walk's."""
    start = max(last - n_bars, 0)
    span = unit * math.sqrt(float(max(last - start, 1)))
    return float((bars[last, CLOSE] - bars[start, CLOSE]) / span)


@leaf
def context_score(
    bars: Bars, i: int, setting: int, direction: int, n_bars: int, unit: float
) -> float:
    """Return how well the bars before suit the pattern, 0-1; `unit` is the mean true range."""
    if unit <= 0.0:
        return 0.0
    if setting == ACTIVITY:
        return saturate(true_range(bars[i, HIGH], bars[i, LOW], bars[i - 1, CLOSE]) / unit)
    if setting == REVERSAL:
        before = move(bars, i - n_bars, REVERSAL_BARS, unit)
        return saturate(abs(before) if direction == NEUTRAL else -direction * before)
    return saturate(direction * move(bars, i - 1, CONTINUATION_BARS, unit))
