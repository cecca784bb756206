"""A gap holds through the session's first half hour, or nobody knows that it did."""

import pytest

from tests.pl.signals.made_combos import made_batches, made_market, made_session
from tests.pl.signals.recorded_combos import MINUTE, Batch, log_of
from tests.pl.signals.synthetic import changed, confirmed

MINUTE_MS = 60_000
HOLDS = {"Gap_Above_Prior_High_Holds", "Gap_Below_Prior_Low_Holds"}


def beginning(batches: list[Batch], minute: int) -> list[Batch]:
    """Return the bars of sessions whose first one starts so many minutes after the open."""
    cut = []
    for kind, bars in batches:
        begins = made_session(int(bars.start_ms[0])) + minute * MINUTE_MS
        cut.append((kind, bars.take(bars.start_ms >= begins) if kind == MINUTE else bars))
    return cut


@pytest.mark.parametrize(("minute", "is_known"), [(0, True), (20, True), (30, False), (40, False)])
def test_what_did_not_trade_in_the_first_half_hour_has_held_nothing(
    minute: int, is_known: bool
) -> None:
    batches = beginning(made_batches(102), minute)
    revised = [(kind, changed(bars, 3, volume=9.0)) for kind, bars in batches if kind == MINUTE]
    told = {entry.pattern for entry in confirmed(log_of(made_market(), batches))}
    later = {entry.pattern for entry in log_of(made_market(), [*batches, *revised])}
    assert bool(told & HOLDS) == is_known
    assert bool(later & HOLDS) == is_known
    assert told - HOLDS
