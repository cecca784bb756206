"""A row that takes up what was known of it goes on as the engine that never stopped."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.columns import merged
from pl.signals.engine import SignalEngine
from pl.signals.held import HeldBars
from pl.signals.table import EngineUpdate
from pl.signals.walks import Walks
from tests.pl.signals.keeping import resumed, walks_of
from tests.pl.signals.synthetic import FIRST_OPEN_MS, SYMBOLS, random_bars

SESSION_BARS = 240
N_BARS = 1_500
"""More than a row has room for, so that the oldest are dropped, and more than a start reads."""
ROWS = range(len(SYMBOLS))


def session_open(ms: int) -> int:
    return ms - (ms - FIRST_OPEN_MS) % (SESSION_BARS * MINUTE_MS)


def engine() -> SignalEngine:
    return SignalEngine(SYMBOLS, "1min", "intraday", session_open, session_bars=SESSION_BARS)


def market() -> tuple[ClosedBars, ClosedBars]:
    """Return the bars before a restart, with revised ones among them, and those after it."""
    bars = random_bars(N_BARS + 300, rows=ROWS, missing=0.1)
    before_ms = FIRST_OPEN_MS + N_BARS * MINUTE_MS
    past = bars.take(bars.start_ms < before_ms)
    return merged([past, revised(past, [-40, -9])]), bars.take(bars.start_ms >= before_ms)


def revised(bars: ClosedBars, places: list[int]) -> ClosedBars:
    """Return bars of each row, counted from the end, that close at their highs."""
    chosen = np.concatenate([np.flatnonzero(bars.row == row)[places] for row in ROWS])
    some = bars.take(np.sort(chosen))
    return replace(some, close=some.high, revision=some.revision + 1)


def arrivals(past: ClosedBars, after: ClosedBars) -> list[ClosedBars]:
    """Return what arrives after the restart: bars, some of before revised, and more bars."""
    begin, rest = after.take(np.arange(90)), after.take(np.arange(90, len(after)))
    return [begin, revised(past, [-300, -25, -3]), rest]


def updated(made: SignalEngine, batches: list[ClosedBars]) -> list[EngineUpdate]:
    return [made.update(batch) for batch in batches]


def ran_on() -> tuple[SignalEngine, HeldBars, list[ClosedBars]]:
    past, after = market()
    first = engine()
    for start in range(0, len(past), 1_000):
        first.update(past.take(np.arange(start, min(start + 1_000, len(past)))))
    return first, first.held(0, len(SYMBOLS)), arrivals(past, after)


def same(left: list[EngineUpdate], right: list[EngineUpdate]) -> bool:
    return all(
        one.entries.signals() == other.entries.signals()
        and one.indicators.values.tobytes() == other.indicators.values.tobytes()
        and one.indicators.patterns.tobytes() == other.indicators.patterns.tobytes()
        and one.refused == other.refused
        for one, other in zip(left, right, strict=True)
    )


def test_a_resumed_engine_goes_on_as_the_one_that_never_stopped() -> None:
    first, held, batches = ran_on()
    resuming, warmed = resumed(engine(), held, walks_of(held)), resumed(engine(), held, None)
    assert held.n_bars.max() > resuming.history.n_bars.max()  # older bars are left out
    assert resuming.recent(60).signals() == warmed.recent(60).signals()
    expected = updated(first, batches)
    assert {entry.life for one in expected for entry in one.entries.signals()} >= {
        "confirmed",
        "retracted",
        "expired",
    }
    assert same(updated(resuming, batches), expected)
    assert same(updated(warmed, batches), expected)


def test_what_is_known_is_not_walked_again() -> None:
    _, held, batches = ran_on()
    spoilt = replace(walks_of(held), walk=np.zeros_like(held.walk))
    spoilt.walk[:, -2:] = held.walk[:, -2:]
    assert not same(
        updated(resumed(engine(), held, spoilt), batches),
        updated(resumed(engine(), held, None), batches),
    )


def later(walks: Walks) -> Walks:
    return replace(walks, last_ms=walks.last_ms + MINUTE_MS)


def earlier(walks: Walks) -> Walks:
    return replace(walks, first_ms=walks.first_ms - MINUTE_MS)


def fewer(walks: Walks) -> Walks:
    return replace(walks, n_bars=walks.n_bars - 1)


def doubted(walks: Walks) -> Walks:
    return walks.where(np.zeros(len(walks.n_bars), np.bool_))


def of_another_shape(walks: Walks) -> Walks:
    return replace(walks, walk=walks.walk[:, 1:])


@pytest.mark.parametrize("other", [later, earlier, fewer, doubted, of_another_shape])
def test_a_row_that_holds_other_bars_is_walked(other) -> None:
    _, held, batches = ran_on()
    spoilt = other(replace(walks_of(held), walk=np.full_like(held.walk, 1.0)))
    assert same(
        updated(resumed(engine(), held, spoilt), batches),
        updated(resumed(engine(), held, None), batches),
    )


def test_some_rows_may_be_taken_up_and_others_walked() -> None:
    first, held, batches = ran_on()
    walks, usable = walks_of(held), np.array([True, False, True])
    walks.walk[1, :-2] = 1.0
    assert same(
        updated(resumed(engine(), held, walks.where(usable)), batches), updated(first, batches)
    )


def test_as_many_signals_as_are_open_find_room() -> None:
    first, held, batches = ran_on()
    few = engine()
    few._lives = few._lives._replace(
        **{
            name: some._replace(hot=some.hot[:, :1].copy(), records=some.records[:1].copy())
            for name, some in (("hits", few._lives.hits), ("charts", few._lives.charts))
        }
    )
    resumed(few, held, walks_of(held))
    assert len(held.hits) > 2 * len(SYMBOLS)
    assert same(updated(few, batches), updated(first, batches))
