import numpy as np
import pytest

from pl.market.batches import QUALITY_BACKFILLED, QUALITY_LIVE, QUALITY_PARTIAL
from pl.market.states import STATE_NAMES, symbol_states

NOW = 1_700_000_000_000


def state(**changed):
    facts = {
        "feed_last_ms": NOW - 100,
        "last_trade_ms": NOW - 1000,
        "missing_minutes": 0,
        "last_quality": QUALITY_LIVE,
        "halted": False,
        "market_open": True,
    } | changed
    columns = {
        "last_trade_ms": np.array([facts.pop("last_trade_ms")]),
        "missing_minutes": np.array([facts.pop("missing_minutes")]),
        "last_quality": np.array([facts.pop("last_quality")], np.uint8),
        "halted": np.array([facts.pop("halted")]),
    }
    return STATE_NAMES[symbol_states(now_ms=NOW, **columns, **facts)[0]]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "live"),
        ({"last_trade_ms": NOW - 60_001}, "quiet"),
        ({"last_trade_ms": -1}, "quiet"),
        ({"feed_last_ms": NOW - 15_001}, "stale"),
        ({"feed_last_ms": NOW - 15_001, "market_open": False}, "live"),
        ({"feed_last_ms": -1}, "stale"),
        ({"missing_minutes": 3}, "gap"),
        ({"last_quality": QUALITY_BACKFILLED}, "backfilled"),
        ({"last_quality": QUALITY_PARTIAL}, "partial"),
        ({"halted": True, "missing_minutes": 3}, "halted"),
        ({"missing_minutes": 1, "last_quality": QUALITY_PARTIAL}, "gap"),
        ({"last_quality": QUALITY_PARTIAL, "feed_last_ms": -1}, "partial"),
    ],
)
def test_the_gravest_fact_names_the_state(facts, expected):
    assert state(**facts) == expected
