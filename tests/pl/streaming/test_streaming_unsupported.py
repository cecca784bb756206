"""Of what was told exactly that is taken back which the bars held no longer say."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.folding import Folding
from pl.market.rows import by_row
from pl.market.sessions import AlwaysOpenSessions
from pl.signals.engine import SignalEngine
from pl.signals.signal import Signal
from pl.store.standing import Standing
from pl.streaming.closing import Closing
from pl.streaming.frames import Frame, build_frame
from pl.streaming.unsupported import take_back
from tests.pl.signals.synthetic import lively_bars, span
from tests.pl.streaming.fakes import SYMBOLS, Collected
from tests.pl.streaming.made_closing import closing_of

SESSIONS = AlwaysOpenSessions()
BARS = lively_bars(1_200)
REVISED = np.arange(len(BARS) - 120, len(BARS), 2)


def frame() -> Frame:
    return build_frame("1min", SYMBOLS, SESSIONS, 0)


def log_of(bars: ClosedBars) -> list[Signal]:
    engine: SignalEngine = frame().engine
    return list(engine.update(bars).signals)


def told_of(log: list[Signal]) -> list[Standing]:
    """The flows of a log that have not ended."""
    last = {entry.flow_id: entry for entry in log}
    return [
        Standing(
            entry.flow_id,
            entry.life,
            entry.revision,
            entry.bar_time_ms,
            entry.confidence,
            entry.price,
            entry.price_change,
            entry.volume,
            entry.timeframe,
            entry.symbol,
            entry.pattern,
            entry.direction,
            entry.reason,
        )
        for entry in last.values()
        if entry.life == "confirmed"
    ]


def revised() -> ClosedBars:
    """The bars with a few that turned out otherwise."""
    volume, revision, high = BARS.volume.copy(), BARS.revision.copy(), BARS.high.copy()
    volume[REVISED] *= 0.5
    high[REVISED] *= 1.002
    revision[REVISED] = 1
    return replace(BARS, volume=volume, revision=revision, high=high)


def warm(bars: ClosedBars) -> Closing:
    one = frame()
    one.warm(by_row(bars))
    return closing_of({"1min": one}, Folding(SESSIONS, len(SYMBOLS)), Collected(), Collected())


def taken_back(closing: Closing, told: list[Standing], pending: ClosedBars) -> set[str]:
    take_back(closing, told, {"1min": pending})
    road: Collected = closing.road  # type: ignore[assignment]
    found = [signal for load in road.items for signal, _ in load.found]
    assert {signal.life for signal in found} <= {"retracted"}
    return {signal.flow_id for signal in found}


@pytest.fixture(scope="module")
def told() -> list[Standing]:
    return told_of(log_of(BARS))


def test_flows_that_revised_bars_no_longer_say_are_taken_back(told: list[Standing]) -> None:
    final = revised()
    still = {entry.flow_id for entry in log_of(final) if entry.life == "confirmed"}
    gone = {flow.flow_id for flow in told} - still
    assert 0 < len(gone) < len(told)
    assert taken_back(warm(final), told, ClosedBars.empty()) == gone


def test_flows_stand_that_revised_bars_still_say(told: list[Standing]) -> None:
    same = replace(BARS, revision=np.ones_like(BARS.revision))
    assert taken_back(warm(same), told, ClosedBars.empty()) == set()


def test_flows_after_a_bar_that_is_still_to_be_evaluated_wait_for_it(
    told: list[Standing],
) -> None:
    final = revised()
    pending = span(final, 0, len(SYMBOLS))
    assert taken_back(warm(final), told, pending) == set()


def test_flows_of_bars_that_are_not_held_are_left_alone(told: list[Standing]) -> None:
    elsewhere = [replace(flow, bar_time_ms=flow.bar_time_ms + MINUTE_MS // 2) for flow in told]
    assert taken_back(warm(revised()), elsewhere, ClosedBars.empty()) == set()
