"""Halts by the exchange's word, and by a silence that speaks."""

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, HaltBatch
from pl.market.halts import Halts

T0 = 29_000_000 * MINUTE_MS
LAST = T0 + 59_000
YES = np.array([True])


def traded(*, missed: int = 0, until_ms: int = T0) -> Halts:
    """Return what is known after an hour in which the oldest minutes but one had no bar."""
    halts = Halts(1)
    starts = until_ms - np.arange(60, dtype=np.int64)[::-1] * MINUTE_MS
    halts.traded(0, np.delete(starts, slice(1, 1 + missed)))
    return halts


def is_halted(halts: Halts, now_ms: int, last_ms: int = LAST, **changes: object) -> bool:
    given: dict[str, object] = {"watched": YES, "open_ms": T0 - 200 * MINUTE_MS} | changes
    return bool(halts.halted(now_ms, np.array([last_ms]), **given)[0])  # type: ignore[arg-type]


def test_five_minutes_of_silence_after_a_lively_hour_are_a_halt() -> None:
    assert not is_halted(traded(), LAST + 5 * MINUTE_MS - 1)
    assert is_halted(traded(), LAST + 5 * MINUTE_MS)


@pytest.mark.parametrize(("missed", "halted"), [(5, True), (6, False)])
def test_only_a_symbol_that_trades_every_minute_falls_silent(missed: int, halted: bool) -> None:
    assert is_halted(traded(missed=missed), LAST + 6 * MINUTE_MS) is halted


def test_silence_means_nothing_where_nobody_watched() -> None:
    assert not is_halted(traded(), LAST + 9 * MINUTE_MS, watched=~YES)


def test_silence_before_the_session_is_none() -> None:
    open_ms = LAST + 60 * MINUTE_MS
    assert not is_halted(traded(), open_ms + 4 * MINUTE_MS, open_ms=open_ms)
    assert is_halted(traded(), open_ms + 5 * MINUTE_MS, open_ms=open_ms)


def test_a_symbol_that_never_traded_is_not_halted() -> None:
    assert not is_halted(Halts(1), T0, last_ms=-1)
    assert not is_halted(Halts(1), T0)


def test_a_bar_that_comes_late_counts_in_its_own_minute() -> None:
    halts = traded(missed=6)
    halts.traded(0, np.array([T0 - 57 * MINUTE_MS]))
    assert is_halted(halts, LAST + 6 * MINUTE_MS)


def test_the_exchanges_word_holds_until_it_is_taken_back() -> None:
    halts, row = Halts(1), np.zeros(1, np.int32)
    halts.told(HaltBatch(row, np.array([T0]), YES, 0.0))
    assert is_halted(halts, T0 + 1, last_ms=T0 - 1)
    assert is_halted(halts, T0 + 999 * MINUTE_MS, last_ms=T0 + 100, watched=~YES)
    halts.told(HaltBatch(row, np.array([T0 + 9]), ~YES, 0.0))
    assert not is_halted(halts, T0 + 10, last_ms=T0 - 1)


def test_a_trade_a_minute_later_ends_a_halt_whose_end_was_missed() -> None:
    halts = Halts(1)
    halts.told(HaltBatch(np.zeros(1, np.int32), np.array([T0]), YES, 0.0))
    assert not is_halted(halts, T0 + 2 * MINUTE_MS, last_ms=T0 + MINUTE_MS)
