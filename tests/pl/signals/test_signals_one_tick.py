"""A bar of one tick draws no candlestick, whatever the tick of its price."""

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.candidates import count_one_tick, is_one_tick

CASES = [
    ((20.00, 20.01, 20.00, 20.01), True),
    ((20.00, 20.02, 20.00, 20.01), False),
    ((0.20, 0.21, 0.20, 0.21), True),
    ((0.20, 0.22, 0.20, 0.21), False),
    ((0.2000, 0.2001, 0.2000, 0.2001), True),
    ((0.2000, 0.2003, 0.2000, 0.2001), False),
    ((0.2050, 0.2100, 0.2000, 0.2100), False),
    ((0.20, 0.20, 0.20, 0.20), True),
    ((1.0e-4, 1.1e-4, 1.0e-4, 1.1e-4), False),
    ((1.0e-4, 1.0e-4, 1.0e-4, 1.0e-4), True),
]


@pytest.mark.parametrize(("prices", "one"), CASES)
def test_a_range_of_a_tick_of_what_is_printed_is_one(
    prices: tuple[float, float, float, float], one: bool
) -> None:
    opened, high, low, close = prices
    assert is_one_tick(np.array([[opened, high, low, close, 100.0, close]]), 0) is one
    columns = [np.array([price]) for price in prices]
    numbers = (np.zeros(1, np.int32), np.zeros(1, np.int64))
    rest = (np.ones(1), np.ones(1), np.ones(1, np.int32), np.zeros(1, np.int32))
    assert count_one_tick(ClosedBars(*numbers, *columns, *rest, np.zeros(1, np.uint8))) == one
