"""What a changed, late, repeated or broken bar does to the log."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_OFFICIAL,
    QUALITY_PARTIAL,
    ClosedBars,
)
from pl.signals.engine import SignalEngine
from pl.signals.signal import Signal
from tests.pl.signals.synthetic import (
    FIRST_OPEN_MS,
    changed,
    engine,
    join,
    random_bars,
    restarted,
    span,
)


def steady(n_bars: int = 40) -> ClosedBars:
    """Return bars that rise by a cent each on 1,000 shares, so that no rule fires."""
    bars = random_bars(n_bars, rows=[0])
    close = 100.0 + 0.01 * np.arange(n_bars)
    return replace(
        bars,
        open=close - 0.05,
        high=close + 0.05,
        low=close - 0.1,
        close=close,
        volume=np.full(n_bars, 1000.0),
        vwap=close,
    )


def spiked(n_bars: int = 40) -> ClosedBars:
    """Return steady bars whose last one trades 5,000 shares."""
    bars = steady(n_bars)
    volume = bars.volume.copy()
    volume[-1] = 5000.0
    return replace(bars, volume=volume)


def after(bars: ClosedBars) -> SignalEngine:
    running = engine()
    running.update(bars)
    return running


def spikes(signals: list[Signal]) -> list[Signal]:
    return [signal for signal in signals if signal.pattern == "Volume_Spike"]


def test_a_signal_found_at_the_close_has_revision_zero() -> None:
    (signal,) = spikes(engine().update(spiked()).signals)
    assert (signal.life, signal.revision, signal.before) == ("confirmed", 0, {})


def test_a_revision_that_removes_the_reason_retracts_the_signal_under_the_same_flow() -> None:
    bars = spiked()
    (found,) = spikes(engine().update(bars).signals)
    (gone,) = spikes(after(bars).update(changed(bars, 39, volume=900.0)).signals)
    assert (gone.life, gone.flow_id, gone.bar_time_ms) == (
        "retracted",
        found.flow_id,
        found.bar_time_ms,
    )
    assert gone.revision > found.revision
    assert gone.before["confidence"] == found.confidence
    assert gone.before["volume"] == 5000.0
    assert gone.after == {"life": "retracted"}


def test_a_revision_that_changes_the_numbers_says_them_before_and_after() -> None:
    bars = spiked()
    (update,) = spikes(after(bars).update(changed(bars, 39, volume=9000.0)).signals)
    assert (update.life, update.is_found) == ("confirmed", False)
    assert (update.before["volume"], update.after["volume"]) == (5000.0, 9000.0)
    assert update.after["confidence"] == update.confidence


def test_a_revision_that_makes_a_signal_confirms_it() -> None:
    bars = steady()
    (signal,) = spikes(after(bars).update(changed(bars, 39, volume=5000.0)).signals)
    assert (signal.life, signal.is_found) == ("confirmed", True)
    assert signal.revision > 0


def test_a_retracted_signal_comes_back_under_a_higher_revision() -> None:
    bars = spiked()
    running = after(bars)
    (gone,) = spikes(running.update(changed(bars, 39, volume=900.0, revision=1)).signals)
    (back,) = spikes(running.update(changed(bars, 39, volume=5000.0, revision=2)).signals)
    assert (back.life, back.flow_id) == ("confirmed", gone.flow_id)
    assert back.revision > gone.revision


def test_a_restart_still_knows_what_to_take_back() -> None:
    bars = spiked()
    fresh = changed(bars, 39, volume=900.0)
    expected = after(bars).update(fresh).signals
    assert restarted(bars).update(fresh).signals == expected


def test_a_late_bar_goes_in_where_it_belongs() -> None:
    """The missing minute traded so much that the spike after it is none."""
    bars = spiked()
    late = changed(bars, 30, volume=40_000.0)
    without = join([span(bars, 0, 30), span(bars, 31, 40)])
    running = after(without)
    update = running.update(late)
    signals = spikes(update.signals)
    assert [(s.life, s.bar_time_ms) for s in signals] == [
        ("confirmed", int(bars.start_ms[30])),
        ("retracted", int(bars.start_ms[39])),
    ]
    assert update.indicators.start_ms.tolist() == bars.start_ms[30:].tolist()


def test_a_bar_revised_to_nonsense_is_taken_out() -> None:
    bars = spiked()
    (gone,) = spikes(after(bars).update(changed(bars, 39, close=float("nan"))).signals)
    assert gone.life == "retracted"


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"revision": 0}, "repeated"),
        ({"revision": 0, "quality": QUALITY_BACKFILLED}, "repeated"),
        ({"revision": -1, "volume": 3.0}, "stale"),
        ({"start_ms": FIRST_OPEN_MS - MINUTE_MS, "close": float("nan")}, "unsound"),
    ],
)
def test_a_bar_that_changes_nothing_is_refused_by_its_cause(
    values: dict[str, float], cause: str
) -> None:
    bars = spiked()
    update = after(bars).update(changed(bars, 20, **values))
    assert (update.signals, len(update.indicators)) == ([], 0)
    assert update.refused == {cause: 1}


def test_a_bar_older_than_the_walk_is_refused() -> None:
    bars = random_bars(1500, rows=[0])
    update = after(bars).update(changed(bars, 700, volume=1.0))
    assert update.refused == {"too_old": 1}
    assert after(bars).update(changed(bars, 1440 - 600, volume=1.0)).refused == {}


def test_a_partial_bar_fires_only_once_it_is_complete() -> None:
    bars = spiked()
    partial = changed(bars, 39, quality=QUALITY_PARTIAL, revision=0)
    running = after(span(bars, 0, 39))
    assert running.update(partial).signals == []
    complete = changed(bars, 39, quality=QUALITY_BACKFILLED, revision=0)
    (signal,) = spikes(running.update(complete).signals)
    assert (signal.life, signal.is_found) == ("confirmed", True)


def test_a_bar_that_turns_out_partial_takes_its_signal_back() -> None:
    bars = spiked()
    (gone,) = spikes(after(bars).update(changed(bars, 39, quality=2, revision=0)).signals)
    assert gone.life == "retracted"


def test_an_official_day_is_judged_as_a_fetched_bar() -> None:
    """Both may have completed what was partial, which counts in what ends after them."""
    bars = random_bars(400, rows=[0])
    logs = []
    for quality in (QUALITY_BACKFILLED, QUALITY_OFFICIAL):
        fetched = replace(bars, quality=np.full(400, quality, np.uint8))
        running = after(fetched)
        again = running.update(changed(fetched, 380, volume=9_000.0, revision=1)).signals
        logs.append((engine().update(fetched).signals, again))
    assert logs[0] == logs[1]
    assert all(signals for signals in logs[0])


def test_each_bar_has_one_indicator_row_in_an_update_however_often_it_changed() -> None:
    bars = spiked()
    once = changed(bars, 38, volume=2000.0, revision=1)
    twice = changed(bars, 38, volume=3000.0, revision=2)
    table = engine().update(join([bars, once, twice])).indicators
    assert table.start_ms.tolist() == bars.start_ms.tolist()
    assert table.column("relative_volume")[38] == 3.0


def test_bits_of_a_rewritten_row_name_the_patterns_that_fire_now() -> None:
    bars = spiked()
    running = engine()
    assert running.update(bars).indicators.patterns[-1] & 1 == 1
    assert running.update(changed(bars, 39, volume=900.0)).indicators.patterns[-1] & 1 == 0
