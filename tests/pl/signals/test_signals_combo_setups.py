"""What the completed days say for the setups of combos."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.combos.catalogue import UPTREND
from pl.signals.combos.conditions import DAY_COLUMN, DAY_NAMES
from pl.signals.combos.days import Days
from pl.signals.combos.setups import kinds_of_setups, state_of
from pl.signals.pattern import price_text
from tests.pl.signals.chart.test_chart_engine import planted_minutes
from tests.pl.signals.synthetic import DAY_MS, FIRST_OPEN_MS, SYMBOLS, day_open, engine


def planted_days(seed: int) -> ClosedBars:
    """Return a day for each of the minutes in which chart patterns were planted."""
    bars, _ = planted_minutes(seed)
    at = (bars.start_ms - FIRST_OPEN_MS) // MINUTE_MS
    return replace(bars, start_ms=FIRST_OPEN_MS + at * DAY_MS)


def day_by_day(bars: ClosedBars) -> Iterator[ClosedBars]:
    for start_ms in sorted(set(bars.start_ms.tolist())):
        yield bars.take(bars.start_ms == start_ms)


@pytest.mark.parametrize("seed", [7, 9])
def test_what_has_not_broken_is_no_setup(seed: int) -> None:
    """A pattern that forms, or failed before it broke, has said nothing yet."""
    days = Days(engine(SYMBOLS, "daily"), day_open)
    broken, formed = set(), set()
    for day in day_by_day(planted_days(seed)):
        for entry in days.take(day).signals:
            if entry.pattern in kinds_of_setups():
                known = formed if entry.life == "forming" else broken
                known |= {entry.flow_id} if entry.life in {"forming", "confirmed"} else set()
        held = {signal.flow_id for row in range(len(SYMBOLS)) for signal in days.found(row)}
        assert held <= broken
        again = Days(days.engine, day_open)
        again.recall()
        for row in range(len(SYMBOLS)):
            assert {one.flow_id for one in again.found(row)} <= broken
    assert len(formed - broken) > 0
    assert len(broken) > 10


@pytest.mark.parametrize("price", [0.0042, 0.42, 42.0, 4200.0])
def test_a_setup_tells_its_prices_as_other_reasons_do(price: float) -> None:
    day = np.full(len(DAY_NAMES), np.nan)
    told = {"close": price, "sma_50": 0.9 * price, "sma_200": 0.8 * price}
    for name, value in told.items():
        day[DAY_COLUMN[name]] = value
    setup = state_of(UPTREND, 0, day, 0.5)
    assert setup is not None
    assert all(price_text(value) in setup.said for value in told.values())
    assert setup.numbers == {f"daily_{name}": value for name, value in told.items()}
