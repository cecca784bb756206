"""Bowls and Vs that are tried roughly first are those of trying each lowest point exactly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.signals.bars import CLOSE, N_COLUMNS, Bars
from pl.signals.chart.bowl import BOWL, VEE, fit_shape, rms_of

SCALES = (1e-4, 0.37, 180.0, 1e6)


def bars_of(closes: np.ndarray) -> Bars:
    bars = np.zeros((len(closes), N_COLUMNS), np.float64, order="F")
    bars[:, CLOSE] = closes
    return bars


def each_tried(bars: Bars, turn: int, first: int, last: int, power: int) -> tuple[float, int]:
    margin = max((last - first) // 4, 1)
    tried = [
        (rms_of(bars, turn, first, last, v, power), v)
        for v in range(first + margin, last - margin + 1)
    ]
    best = min(tried, key=lambda one: one[0], default=(math.inf, first))
    return best if best[0] < math.inf else (math.inf, first)


@pytest.mark.parametrize("power", [BOWL, VEE])
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(4, 260),
    turn=st.sampled_from([1, -1]),
    scale=st.sampled_from(SCALES),
    tick=st.sampled_from([0.0, 1e-9, 1e-4, 0.01]),
    shape=st.sampled_from(["flat", "walk", "bowl", "vee", "step"]),
)
def test_the_best_shape_is_that_of_trying_each(
    power: int, seed: int, n: int, turn: int, scale: float, tick: float, shape: str
) -> None:
    dice = np.random.default_rng(seed)
    x = np.abs(np.linspace(-1.0, 1.0, n))
    closes = {
        "flat": np.zeros(n),
        "walk": dice.normal(size=n).cumsum() / math.sqrt(n),
        "bowl": x * x,
        "vee": x,
        "step": (np.arange(n) > n // 2).astype(np.float64),
    }[shape]
    closes = scale * (1.0 + tick * (closes + 0.1 * dice.normal(size=n) * dice.integers(0, 2)))
    bars = bars_of(closes)
    first, last = int(dice.integers(0, 2)), n - 1
    assert fit_shape(bars, turn, first, last, power) == each_tried(bars, turn, first, last, power)


def test_prices_in_cents_tie_as_they_do_exactly() -> None:
    for seed in range(200):
        closes = np.round(np.random.default_rng(seed).integers(9_990, 10_010, 60) / 100.0, 2)
        bars = bars_of(closes)
        for power in (BOWL, VEE):
            assert fit_shape(bars, 1, 0, 59, power) == each_tried(bars, 1, 0, 59, power)
