"""Bars no rule was made for: they crash nothing and alert nobody."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.batches import ClosedBars
from pl.signals.crossings import LINES, CrossingWatch
from pl.signals.engine import SignalEngine
from pl.signals.registry import PATTERNS, WINDOW_BARS
from tests.pl.signals.synthetic import changed, day_open, engine, join, random_bars, span

PRICES = ("open", "high", "low", "close", "vwap")


def flat(n_bars: int, price: float, volume: float) -> ClosedBars:
    bars = random_bars(n_bars, rows=[0])
    columns = {name: np.full(n_bars, price) for name in PRICES}
    return replace(bars, **columns, volume=np.full(n_bars, volume))


@pytest.mark.parametrize("price", [1e-4, 1.0, 1e6])
@pytest.mark.parametrize("volume", [0.0, 100.0])
def test_flat_prices_alert_nobody(price: float, volume: float) -> None:
    update = engine().update(flat(200, price, volume))
    assert update.signals == []
    assert update.indicators.column("rsi_14")[-1] == 50.0
    assert update.indicators.column("atr_14")[-1] == 0.0


@pytest.mark.parametrize("price", [10.1, 33.33, 81.67, 219.12, 191.45])
def test_bands_that_meet_are_not_broken_by_the_next_tick(price: float) -> None:
    """Where the price stood still, %b has no value, whatever the mean of 20 closes rounds to."""
    bars = flat(60, price, 100.0)
    close = np.where(np.arange(60) < 45, price, price + 0.01)
    bars = replace(bars, **{name: close.copy() for name in PRICES})
    running = engine()
    update = running.update(bars)
    assert np.isnan(update.indicators.column("bb_percent_b")[19:45]).all()
    crossed = CrossingWatch(1, "1min").look(update.indicators, running.history)
    assert "BB_UPPER_BREAK" not in {LINES[line].name for line in crossed.line.tolist()}


@pytest.mark.parametrize("seed", range(4))
def test_an_rsi_that_stands_still_stands_in_the_middle_of_itself(seed: int) -> None:
    bars = random_bars(120, rows=[0], seed=seed)
    still = np.minimum(np.arange(120), 80)
    bars = replace(bars, **dict.fromkeys(PRICES, bars.close[still]))
    places = engine().update(bars).indicators
    assert places.column("stoch_rsi_k")[95:] == pytest.approx(np.full(25, 50.0), abs=0.0)
    assert places.column("stoch_rsi_d")[97:] == pytest.approx(np.full(23, 50.0), abs=0.0)


def test_no_volume_at_all_leaves_the_values_that_need_it_empty() -> None:
    update = engine().update(flat(60, 10.0, 0.0))
    assert np.isnan(update.indicators.column("vwap")).all()
    assert np.isnan(update.indicators.column("relative_volume")).all()


def test_prices_without_any_volume_break_out_on_none() -> None:
    bars = random_bars(900, rows=[0], seed=5)
    told = {one.pattern for one in engine().update(bars).signals}
    silent = engine().update(replace(bars, volume=np.zeros(900))).signals
    assert told >= {"Price_Breakout", "Volume_Spike"}
    assert {one.pattern for one in silent}.isdisjoint({"Price_Breakout", "Volume_Spike"})


@pytest.mark.parametrize(
    "broken",
    [
        {"close": math.nan},
        {"open": math.inf},
        {"low": 0.0},
        {"low": -5.0},
        {"high": 1.0},
        {"volume": -1.0},
        {"volume": math.nan},
    ],
)
def test_an_unsound_bar_leaves_no_trace(broken: dict[str, float]) -> None:
    bars = random_bars(100, rows=[0], seed=2)
    bad = changed(bars, 60, revision=0, **broken)
    dirty = join([span(bars, 0, 60), bad, span(bars, 61, 100)])
    clean = join([span(bars, 0, 60), span(bars, 61, 100)])
    update, expected = engine().update(dirty), engine().update(clean)
    assert update.refused == {"unsound": 1}
    assert update.signals == expected.signals
    assert update.indicators.values.tobytes() == expected.indicators.values.tobytes()


@pytest.mark.parametrize("scale", [1e-7, 2e4])
def test_the_scale_of_prices_does_not_matter(scale: float) -> None:
    """Scaled by a power of two all numbers are exact, so the same bars fire.

    The prices are so high that no bar is as narrow as a cent, which draws no candle.
    """
    factor = 2.0 ** round(math.log2(scale))
    bars = random_bars(400, rows=[0], seed=4)
    bars = replace(bars, **{name: getattr(bars, name) * 1024.0 for name in PRICES})
    scaled = replace(bars, **{name: getattr(bars, name) * factor for name in PRICES})
    plain = [(s.pattern, s.bar_time_ms, s.confidence) for s in engine().update(bars).signals]
    other = [(s.pattern, s.bar_time_ms, s.confidence) for s in engine().update(scaled).signals]
    assert plain == other


def test_nothing_fires_before_its_warm_up() -> None:
    shortest = min(pattern.warm_up for pattern in PATTERNS)
    for seed in range(30):
        assert engine().update(random_bars(shortest - 1, seed=seed)).signals == []


def test_an_empty_batch_says_nothing() -> None:
    update = engine().update(ClosedBars.empty())
    assert (update.signals, len(update.indicators), update.refused) == ([], 0, {})


def test_a_split_inside_the_window_crashes_nothing() -> None:
    bars = random_bars(120, rows=[0], seed=1)
    halved = {
        name: np.where(np.arange(120) < 60, getattr(bars, name), getattr(bars, name) / 7.0)
        for name in PRICES
    }
    for signal in engine().update(replace(bars, **halved)).signals:
        assert all(level > 0.0 for level in signal.levels.values())


WILD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1e-4, 10.0, 1e6])
)


def numbers_of(drawn: object) -> Iterator[float]:
    """Yield the numbers of a geometry, those of its points and lines too."""
    if isinstance(drawn, Mapping):
        drawn = list(drawn.values())
    if not isinstance(drawn, list):
        yield drawn  # type: ignore[misc]
        return
    for part in drawn:
        yield from numbers_of(part)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(WILD, WILD, WILD, WILD, WILD), min_size=1, max_size=40))
def test_no_bar_can_make_a_signal_with_numbers_out_of_bounds(
    wild: list[tuple[float, ...]],
) -> None:
    bars = random_bars(70 + len(wild), rows=[0], seed=0)
    tail = [
        changed(
            bars,
            70 + i,
            revision=0,
            **dict(zip(("open", "high", "low", "close", "volume"), values, strict=True)),
        )
        for i, values in enumerate(wild)
    ]
    for signal in engine().update(join([span(bars, 0, 70), *tail])).signals:
        numbers = [signal.price, signal.price_change, signal.volume, *signal.levels.values()]
        numbers += [*signal.indicators.values(), *numbers_of(signal.geometry)]
        assert 0.0 <= signal.confidence <= 1.0
        assert all(math.isfinite(number) for number in numbers)


def test_a_session_longer_than_declared_is_refused_loudly() -> None:
    running = SignalEngine(("AAA",), "1min", "intraday", lambda _: 0, session_bars=100)
    with pytest.raises(ValueError, match="at most 100 bars a session"):
        running.update(random_bars(100 + 600 + 2 * WINDOW_BARS + 1, rows=[0]))


def test_history_out_of_order_is_refused() -> None:
    bars = random_bars(10, rows=[0])
    with pytest.raises(ValueError, match="rising start_ms"):
        engine().warm(0, bars.take(np.arange(10)[::-1]))


def test_room_is_made_as_sessions_pass() -> None:
    """Five days in a room for one and the bars before it equal a start on the last day."""
    bars = random_bars(5 * 1440, rows=[0], seed=13)
    running = engine(("AAA",))
    long = [running.update(span(bars, i, i + 720)).signals for i in range(0, 5 * 1440, 720)]
    fresh = SignalEngine(("AAA",), "1min", "intraday", day_open)
    fresh.warm(0, span(bars, 0, 4 * 1440))
    assert repr(fresh.update(span(bars, 4 * 1440, 5 * 1440)).signals) == repr(long[-2] + long[-1])
