"""What is left out before any pattern is judged could not have fired."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pl.signals.bars import HIGH, LOW, N_COLUMNS
from pl.signals.candidates import LONGEST_WARM_UP, MAX_DEFINING_BARS, possible
from pl.signals.candles.catalogue import BIT, N_CANDLES
from pl.signals.registry import PATTERNS, active_in


def plainly(timeframe: str, i: int, candles: int, whole: int, *, one_tick: bool) -> list[str]:
    found = []
    for pattern in PATTERNS:
        if timeframe not in pattern.timeframes or i + 1 < pattern.warm_up:
            continue
        if pattern.family == "event":
            able = pattern.n_bars <= whole
        else:
            able = bool((candles >> BIT[pattern.name]) & 1) and not one_tick
        if able:
            found.append(pattern.name)
    return found


@given(
    timeframe=st.sampled_from(["1min", "15min", "daily", "weekly"]),
    i=st.integers(0, LONGEST_WARM_UP + 2),
    candles=st.integers(0, 2**N_CANDLES - 1) | st.just(0),
    whole=st.integers(0, MAX_DEFINING_BARS),
    one_tick=st.booleans(),
)
def test_the_patterns_judged_are_those_that_can_fire(
    timeframe: str, i: int, candles: int, whole: int, one_tick: bool
) -> None:
    bars = np.ones((i + 1, N_COLUMNS), np.float64, order="F")
    bars[i, LOW], bars[i, HIGH] = 20.0, 20.01 if one_tick else 20.5
    bits = possible(active_in(timeframe), bars, i, candles, whole)
    names = [pattern.name for pattern in PATTERNS if (bits >> pattern.number) & 1]
    assert names == plainly(timeframe, i, candles, whole, one_tick=one_tick)
