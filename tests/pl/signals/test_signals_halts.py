"""Halts: told by the bar that ends them, and by nothing that was merely quiet or unwatched."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, QUALITY_BACKFILLED, QUALITY_PARTIAL, ClosedBars
from pl.signals.signal import RETRACTED, Signal
from tests.pl.signals.synthetic import changed, join, log_of, random_bars, span

HALTS = ("Trading_Halt", "Trading_Resumption")
AT = 80


def halted(minutes: int, *, at: int = AT, n_bars: int = 100) -> ClosedBars:
    """Return bars of one row with a hole of so many minutes before bar `at`."""
    bars = random_bars(n_bars, rows=[0], seed=5)
    late = np.where(np.arange(n_bars) >= at, minutes, 0)
    return replace(bars, start_ms=bars.start_ms + late * MINUTE_MS)


def halts(bars: ClosedBars) -> list[Signal]:
    return [entry for entry in log_of(bars) if entry.pattern in HALTS]


@pytest.mark.parametrize(("minutes", "n"), [(3, 0), (4, 2), (5, 2), (30, 2)])
def test_four_minutes_without_a_bar_are_a_halt(minutes: int, n: int) -> None:
    bars = halted(minutes)
    found = halts(bars)
    assert [entry.pattern for entry in found] == list(HALTS)[:n]
    assert {entry.bar_time_ms for entry in found} <= {int(bars.start_ms[AT])}


def test_halt_and_resumption_say_what_they_saw() -> None:
    bars = halted(5)
    bars.open[AT] = bars.low[AT]
    last, before, first = (
        float(x) for x in (bars.close[AT - 1], bars.close[AT - 6], bars.open[AT])
    )
    halt, resumption = halts(bars)
    assert halt.reason == (
        f"No bar for 5 minutes after {last:,.2f}, {100 * (last / before - 1):+.1f}% from five bars "
        "before, of a symbol that had traded in nearly every minute."
    )
    assert resumption.reason.startswith(
        f"Trades again at {first:,.2f} after 5 minutes without a bar, "
        f"{100 * (first / last - 1):+.1f}% from {last:,.2f}, on "
    )
    assert (resumption.direction, first < last) == ("bearish", True)
    assert halt.geometry["from"] == bars.start_ms[AT - 1] / 1000.0
    assert halt.geometry["to"] == bars.start_ms[AT] / 1000.0


def test_a_move_too_small_to_be_told_has_no_sign_of_a_fall() -> None:
    bars = halted(5)
    bars.close[AT - 6] = 1.000001 * bars.close[AT - 1]
    bars.high[AT - 6] = max(bars.high[AT - 6], bars.close[AT - 6])
    bars.low[AT - 6] = min(bars.low[AT - 6], bars.close[AT - 6])
    halt, _ = halts(bars)
    assert ", +0.0% from five bars before" in halt.reason


def test_a_symbol_that_trades_now_and_then_was_not_halted() -> None:
    bars = halted(5)
    thin = np.delete(np.arange(100), [AT - n for n in (10, 20, 30, 40, 50, 55)])
    assert len(halts(bars)) == 2
    assert halts(bars.take(thin)) == []


def test_the_night_is_no_halt() -> None:
    bars = halted(5)
    midnight = 1440 * MINUTE_MS
    late = replace(bars, start_ms=bars.start_ms + midnight - (AT + 2) * MINUTE_MS)
    assert int(late.start_ms[AT - 1]) // midnight != int(late.start_ms[AT]) // midnight
    assert halts(late) == []


@pytest.mark.parametrize("which", [AT - 1, AT])
def test_minutes_that_nobody_watched_are_no_halt(which: int) -> None:
    bars = halted(5)
    quality = bars.quality.copy()
    quality[which] = QUALITY_PARTIAL
    assert halts(replace(bars, quality=quality)) == []


def test_minutes_fetched_later_take_the_halt_back() -> None:
    whole = random_bars(106, rows=[0], seed=5)
    late = [changed(whole, i, revision=0) for i in range(AT, AT + 5)]
    log = log_of(join([span(whole, 0, AT), span(whole, AT + 5, 106), *late]))
    told = [entry for entry in log if entry.pattern in HALTS]
    last = {entry.flow_id: entry.life for entry in told}
    assert {entry.pattern for entry in told} == set(HALTS)
    assert set(last.values()) == {RETRACTED}


def test_minutes_that_were_lost_and_fetched_never_look_like_a_halt() -> None:
    """The minutes beside the outage are partial until they are fetched too, in order."""
    whole = random_bars(106, rows=[0], seed=5)
    quality = whole.quality.copy()
    quality[[AT - 1, AT + 5]] = QUALITY_PARTIAL
    seen = replace(whole, quality=quality)
    fetched = [
        changed(whole, i, revision=int(i in {AT - 1, AT + 5}), quality=QUALITY_BACKFILLED)
        for i in range(AT - 1, AT + 6)
    ]
    assert halts(join([span(seen, 0, AT), span(seen, AT + 5, 106), *fetched])) == []


def test_a_hole_makes_no_other_rule_fire() -> None:
    bars = halted(20)
    straight = replace(bars, start_ms=random_bars(100, rows=[0]).start_ms)
    with_hole, without = (
        [
            (e.pattern, e.direction, e.price, e.confidence)
            for e in log_of(each)
            if e.pattern not in HALTS
        ]
        for each in (bars, straight)
    )
    assert with_hole == without
