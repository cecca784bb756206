"""No look-ahead, no repaint, counted on whole logs: what a stream said is never said otherwise.

A stream that is given one close at a time writes the log of every prefix of its history, one after
the other; it cannot read on. So where it writes the same bytes as one walk over the whole history,
the log up to bar i is the beginning of the whole log for every i, whatever kinds of entries it has.
`pytest -m exhaustive` compares more than a million prefixes; without it one symbol in sixty.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from tests.pl.signals.laws.canonical import assert_same_bytes
from tests.pl.signals.laws.markets import Market
from tests.pl.signals.laws.walks import close_by_close, in_one_batch
from tests.pl.signals.test_signals_prefixes import SOURCES

pytestmark = pytest.mark.real_data

Source = Callable[..., tuple[ClosedBars, str, Callable[[int], int]]]
STEPS = {"daily": 40, "weekly": 60, "hourly": 20, "old_days": 10, "minutes": 4}
GROUP = 40


def groups(bars: ClosedBars) -> list[ClosedBars]:
    """Return the bars of every forty symbols, so that no log grows beyond memory."""
    return [
        bars.take(bars.row // GROUP == part) for part in range(int(bars.row.max()) // GROUP + 1)
    ]


def compared(source: Source, folder: Path, step: int) -> tuple[int, int]:
    """Return how many prefixes agree, and how many entries they hold."""
    bars, timeframe, session_open = source(folder, step)
    entries = 0
    for group in groups(bars):
        symbols = tuple(f"S{row}" for row in range(int(group.row.max()) + 1))
        longest = int(np.bincount(group.row).max())
        market = Market(symbols, timeframe, group, session_open, longest)
        log = in_one_batch(market, group)
        assert_same_bytes(log, close_by_close(market, group), "close by close")
        entries += len(log)
    return len(bars), entries


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_what_a_stream_has_said_begins_the_log_of_the_whole(
    source: Source, test_data: Path
) -> None:
    prefixes, entries = compared(source, test_data, STEPS[source.__name__])
    assert prefixes > 1_500
    assert entries > 500


@pytest.mark.exhaustive
def test_a_million_prefixes_begin_the_log_of_the_whole(
    request: pytest.FixtureRequest, test_data: Path
) -> None:
    if "exhaustive" not in request.config.option.markexpr:
        pytest.skip("takes minutes: run with -m exhaustive")
    counted = [compared(source, test_data, 1) for source in SOURCES]
    print(f"prefixes {sum(n for n, _ in counted):,}, entries {sum(n for _, n in counted):,}")
    assert sum(n for n, _ in counted) >= 1_000_000
