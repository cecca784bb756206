"""Sums and extremes of windows against plain loops in the order that is promised."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.signals.bars import highest, lowest, total_of

COLUMN = 3
N_LANES = 8


def in_lanes(values: list[float]) -> float:
    """Return the sum of values in eight lanes, with the plain additions of Python."""
    if len(values) < N_LANES:
        return sum(values, 0.0)
    whole = len(values) - len(values) % N_LANES
    lanes = values[:N_LANES]
    for first in range(N_LANES, whole, N_LANES):
        lanes = [a + b for a, b in zip(lanes, values[first : first + N_LANES], strict=True)]
    rest = values[whole:]
    if rest:
        late = [0.0] * (N_LANES - len(rest)) + rest
        lanes = [a + b for a, b in zip(lanes, late, strict=True)]
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [a + b for a, b in zip(lanes[:half], lanes[half:], strict=True)]
    return lanes[0]


def bars_of(n_bars: int, seed: int) -> np.ndarray:
    return np.asfortranarray(np.random.default_rng(seed).lognormal(3.0, 2.0, (n_bars, 6)))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 20), st.integers(0, 1_000))
def test_a_window_is_summed_in_the_promised_order(n: int, first: int, seed: int) -> None:
    bars = bars_of(first + n, seed)
    window = bars[first:, COLUMN].tolist()
    last = first + n - 1
    assert total_of(bars, COLUMN, first, last) == in_lanes(window)
    assert highest(bars, COLUMN, first, last) == max(window)
    assert lowest(bars, COLUMN, first, last) == min(window)


@pytest.mark.parametrize("n", [7, 8, 20, 30, 150])
def test_the_layout_of_an_array_changes_no_bit(n: int) -> None:
    bars = bars_of(n, 1)
    plain = np.ascontiguousarray(bars)
    for compute in (total_of, highest, lowest):
        assert compute(bars, COLUMN, 0, n - 1) == compute(plain, COLUMN, 0, n - 1)
