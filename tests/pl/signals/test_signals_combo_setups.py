"""What the completed days say for the setups of combos."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.combos.days import Days
from pl.signals.combos.setups import kinds_of_setups
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
