"""Market events: each rule by example, and against its plain twin on random walks."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.registry import PATTERN_NAMES, PATTERNS
from pl.signals.signal import Signal
from tests.pl.signals import naive
from tests.pl.signals.synthetic import confirmed, engine, random_bars

TWINS = {
    "Volume_Spike": naive.volume_spike,
    "Price_Breakout": naive.price_breakout,
    "Support_Test": naive.support_test,
    "Resistance_Break": naive.resistance_break,
}


@pytest.mark.parametrize("name", TWINS)
def test_each_event_fires_where_its_plain_twin_does(name: str) -> None:
    bars = random_bars(4000, rows=[0], seed=12)
    twin: Callable[..., str] = TWINS[name]
    warm_up = PATTERNS[PATTERN_NAMES.index(name)].warm_up
    columns = [getattr(bars, c).tolist() for c in ("open", "high", "low", "close", "volume")]
    expected = {}
    for i in range(warm_up - 1, len(bars)):
        verdict = twin(*(column[i - warm_up + 1 : i + 1] for column in columns))
        if verdict:
            expected[int(bars.start_ms[i])] = verdict
    found = {s.bar_time_ms: s.direction for s in signals_of(bars, name)}
    assert len(expected) >= 5
    assert found == expected


def signals_of(bars: ClosedBars, name: str) -> list[Signal]:
    return [entry for entry in confirmed(engine().update(bars).signals) if entry.pattern == name]


def calm(n_bars: int = 80) -> ClosedBars:
    """Return bars that swing between 100.50 and 99.50 around 100 on 1,000 shares."""
    bars = random_bars(n_bars, rows=[0])
    flat = np.full(n_bars, 100.0)
    return replace(
        bars,
        open=flat,
        high=flat + 0.5,
        low=flat - 0.5,
        close=flat.copy(),
        volume=flat * 10.0,
        vwap=flat,
    )


def with_last(bars: ClosedBars, **values: float) -> ClosedBars:
    columns = {name: getattr(bars, name).copy() for name in values}
    for name, value in values.items():
        columns[name][-1] = value
    return replace(bars, **columns)


def test_a_volume_spike_says_how_many_times_the_usual_volume_it_is() -> None:
    bars = with_last(calm(), volume=4100.0, close=100.2)
    (signal,) = signals_of(bars, "Volume_Spike")
    assert signal.direction == "bullish"
    assert signal.reason == "Volume 4,100 is 4.1 times the mean of the 20 bars before (1,000)."
    assert signal.indicators["relative_volume"] == 4.1
    assert signal.volume == 4100.0
    assert signal.levels == {}


def test_what_is_known_of_a_symbol_alone_travels_with_its_signal() -> None:
    (signal,) = signals_of(with_last(calm(), volume=4100.0, close=100.2), "Volume_Spike")
    assert signal.indicators.keys() == {"rsi", "relative_volume"}


@pytest.mark.parametrize(
    ("close", "direction"), [(99.9, "bearish"), (100.0, "neutral"), (100.1, "bullish")]
)
def test_a_volume_spike_takes_its_direction_from_the_close_before(
    close: float, direction: str
) -> None:
    (signal,) = signals_of(with_last(calm(), volume=3000.0, close=close), "Volume_Spike")
    assert signal.direction == direction


def test_volume_just_below_three_times_the_usual_is_no_spike() -> None:
    assert signals_of(with_last(calm(), volume=2999.0), "Volume_Spike") == []


def test_a_breakout_names_the_broken_high_and_sets_its_levels() -> None:
    bars = with_last(calm(), close=101.0, high=101.0, volume=1500.0)
    (signal,) = signals_of(bars, "Price_Breakout")
    assert signal.direction == "bullish"
    assert signal.levels == {"entry": 101.0, "stop": 99.5, "target": 104.0}
    assert signal.geometry["level"] == 100.5
    assert "101.00, above the high 100.50 of the 20 bars before" in signal.reason
    assert signal.price_change == pytest.approx(1.0)


def test_a_level_that_equals_the_usual_volume_is_drawn_all_the_same() -> None:
    bars = replace(calm(), volume=np.full(80, 100.5))
    bars = with_last(bars, close=101.0, high=101.0, volume=402.0)
    (signal,) = signals_of(bars, "Price_Breakout")
    assert signal.geometry["level"] == 100.5
    entries = engine().update(bars).entries
    written = entries.signals()
    at = next(k for k, one in enumerate(written) if one.pattern == "Price_Breakout")
    assert entries.brief(np.array([at])).level[0] == 100.5
    (spike,) = signals_of(bars, "Volume_Spike")
    assert "level" not in spike.geometry


@pytest.mark.parametrize(("name", "sign"), [("Gap_Up", 1.0), ("Gap_Down", -1.0)])
def test_a_gap_tells_how_far_beyond_the_bar_before_it_opened(name: str, sign: float) -> None:
    """The bar before closed far from the end that it left behind."""
    bars = replace(calm(), close=np.full(80, 100.0 - 0.5 * sign))
    bars = replace(bars, **{side: getattr(bars, side).copy() for side in ("high", "low")})
    end = bars.high if sign > 0.0 else bars.low
    end[-2] = 100.0 + 5.0 * sign
    opened, closed = 100.0 + 8.0 * sign, 100.0 + 8.5 * sign
    bars = with_last(bars, open=opened, close=closed, high=max(opened, closed) + 0.1)
    (signal,) = signals_of(with_last(bars, low=min(opened, closed) - 0.1), name)
    share = 100.0 * abs(opened / end[-2] - 1.0)
    assert f"{share:.1f}% {'above' if sign > 0.0 else 'below'} the" in signal.reason


def test_a_breakout_without_volume_is_none() -> None:
    bars = with_last(calm(), close=101.0, high=101.0, volume=1400.0)
    assert signals_of(bars, "Price_Breakout") == []


def test_a_breakdown_is_bearish() -> None:
    bars = with_last(calm(), close=99.0, low=99.0, volume=1500.0)
    (signal,) = signals_of(bars, "Price_Breakout")
    assert (signal.direction, signal.levels["stop"]) == ("bearish", 100.5)


def test_a_resistance_break_needs_a_high_that_held_twice() -> None:
    bars = calm()
    high = bars.high - 0.3
    high[30], high[60] = 100.5, 100.45
    touched = with_last(replace(bars, high=high), close=101.0, high=101.0)
    once = high.copy()
    once[60] = 100.2
    assert len(signals_of(touched, "Resistance_Break")) == 1
    assert (
        signals_of(with_last(replace(bars, high=once), close=101.0, high=101.0), "Resistance_Break")
        == []
    )


def test_a_support_test_comes_down_to_an_old_low_and_turns_up() -> None:
    bars = calm()
    low = bars.low + 0.2
    low[40] = 98.0
    tested = with_last(replace(bars, low=low), low=98.1, close=100.1, high=100.5)
    (signal,) = signals_of(tested, "Support_Test")
    assert signal.direction == "bullish"
    assert signal.levels["stop"] < 98.0 < signal.levels["entry"] < signal.levels["target"]
    closed_low = with_last(tested, close=98.2)
    assert signals_of(closed_low, "Support_Test") == []
