"""What is forming is said once, before its break, and becomes what it was said to become."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from uuid import UUID

import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.chart.fit import CLEARANCE
from pl.signals.chart.registry import ALERT_CONFIDENCE
from pl.signals.engine import SignalEngine
from pl.signals.signal import Signal
from tests.pl.signals.chart.test_chart_engine import charts, planted_minutes
from tests.pl.signals.synthetic import SYMBOLS, changed, log_of, restarted

NEXT = {
    "forming": {"confirmed", "failed", "expired"},
    "confirmed": {"target_reached", "failed", "expired"},
}


def lives(log: Sequence[Signal]) -> dict[UUID, list[Signal]]:
    found: dict[UUID, list[Signal]] = defaultdict(list)
    for entry in charts(log):
        found[entry.flow_id].append(entry)
    return found


def of_symbol(bars: ClosedBars, symbol: str) -> ClosedBars:
    return bars.take(bars.row == SYMBOLS.index(symbol))


@pytest.mark.parametrize("seed", [7, 21])
def test_a_flow_forms_once_then_is_confirmed_once_or_ends(seed: int) -> None:
    bars, _ = planted_minutes(seed)
    flows = lives(log_of(bars))
    stories = {tuple(entry.life for entry in flow) for flow in flows.values()}
    for flow in flows.values():
        story = [entry.life for entry in flow]
        assert story.count("forming") <= 1
        assert story.count("confirmed") <= 1
        for before, after in pairwise(flow):
            early = before.before.get("life") == "forming"
            follows = {"confirmed"} if early else NEXT.get(before.life, set())
            assert after.life in follows, story
            assert after.bar_time_ms >= before.bar_time_ms
    assert any(story[:2] == ("forming", "confirmed") for story in stories)


def test_what_forms_would_alert_and_draws_only_what_is_there() -> None:
    bars, _ = planted_minutes(7)
    formed = [flow[0] for flow in lives(log_of(bars)).values() if flow[0].life == "forming"]
    assert len(formed) > 5
    for entry in formed:
        drawn = entry.geometry
        side = 1.0 if entry.direction == "bullish" else -1.0
        assert entry.confidence >= ALERT_CONFIDENCE[entry.pattern]
        assert entry.levels["entry"] == drawn["level"]
        assert side * (entry.levels["entry"] - entry.levels["stop"]) > 0.0
        assert drawn["to"] == entry.bar_time_ms / 1000.0
        height = side * (entry.levels["target"] - drawn["level"])
        close = re.search(r"is forming: complete by a close \w+ ([\d,.]+),", entry.reason)
        assert close is not None
        assert float(close[1].replace(",", "")) == pytest.approx(
            drawn["level"] + side * CLEARANCE * height, abs=0.006
        )
        points = [point["time"] for point in drawn["points"]]  # type: ignore[attr-defined]
        assert points[-1] <= drawn["to"] - 8 * 60.0


def next_bar(own: ClosedBars, at: int, ahead: int, close: float, reach: float) -> ClosedBars:
    """Return a bar so many minutes after bar `at`, which opens there, on heavy volume.

    reach : a price that its range holds, too.
    """
    opened = float(own.close[at])
    return changed(
        own,
        at,
        start_ms=int(own.start_ms[at]) + ahead * MINUTE_MS,
        open=opened,
        close=close,
        high=max(opened, close, reach),
        low=min(opened, close, reach),
        volume=5.0 * float(own.volume[at]),
        revision=0,
    )


def forming() -> Iterator[tuple[Signal, ClosedBars, int, SignalEngine]]:
    """Return what forms, its symbol's bars, its place there, and an engine that saw no more."""
    bars, _ = planted_minutes(9)
    for entry in charts(log_of(bars)):
        if entry.life == "forming":
            own = of_symbol(bars, entry.symbol)
            at = own.start_ms.tolist().index(entry.bar_time_ms)
            yield entry, own, at, restarted(own.take(own.start_ms <= entry.bar_time_ms))


def broken(entry: Signal, own: ClosedBars, at: int, ahead: int) -> ClosedBars:
    """Return a bar so many minutes after bar `at` that breaks out of what forms there."""
    close = entry.levels["entry"] + 0.4 * (entry.levels["entry"] - entry.levels["stop"])
    return next_bar(own, at, ahead, close, close)


def is_confirmed(entry: Signal, log: Sequence[Signal]) -> bool:
    return (entry.flow_id, "confirmed") in {(one.flow_id, one.life) for one in log}


def test_a_touch_of_its_stop_leaves_what_forms_to_be_confirmed() -> None:
    confirmed = []
    for entry, own, at, running in forming():
        touching = next_bar(own, at, 1, float(own.close[at]), entry.levels["stop"])
        touched = running.update(touching).signals
        assert not [one for one in touched if one.flow_id == entry.flow_id]
        confirmed.append(is_confirmed(entry, running.update(broken(entry, own, at, 2)).signals))
    assert len(confirmed) > 5
    assert sum(confirmed) >= 0.5 * len(confirmed)


def test_the_bar_that_breaks_what_forms_confirms_it_under_its_flow() -> None:
    """Each history is cut where something forms and goes on with the break it waits for."""
    confirmed = [
        is_confirmed(entry, running.update(broken(entry, own, at, 1)).signals)
        for entry, own, at, running in forming()
    ]
    assert len(confirmed) > 5
    assert sum(confirmed) >= 0.7 * len(confirmed)


def test_what_forms_fails_where_a_price_passes_its_stop() -> None:
    entry, own, at, running = next(forming())
    stop = entry.levels["stop"]
    beyond = stop - 0.01 if entry.direction == "bullish" else stop + 0.01
    passing = next_bar(own, at, 1, float(own.close[at]), beyond)
    (end,) = [one for one in running.update(passing).signals if one.flow_id == entry.flow_id]
    assert (end.life, end.before) == ("failed", {"life": "forming"})
    assert (end.after["exit_price"], end.after["bars"]) == (stop, 1)
