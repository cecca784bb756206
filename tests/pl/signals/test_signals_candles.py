"""Candlesticks against TA-Lib, bar by bar, and what is stored of them."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from talib.abstract import Function

from pl.market.batches import QUALITY_PARTIAL, ClosedBars
from pl.signals.candles.catalogue import BIT, CANDLES, N_CANDLES
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import empty_frame, frame_of
from pl.signals.candles.judging import WARM_UP, judge_candles
from pl.signals.candles.names import CANDLE_NAMES, WITHOUT_DIRECTION
from pl.signals.engine import SignalEngine
from pl.signals.registry import PATTERNS
from scripts.talib_starts import TALIB_FROM
from tests.pl.signals.synthetic import changed, confirmed, engine, join, random_bars, span

WITNESSES = Path(__file__).parents[3] / "docs" / "reference" / "witnesses.md"
ALERTED = {p.name: p.warm_up for p in PATTERNS if p.family == "candlestick"}
CODE = {"bullish": 1, "bearish": -1, "neutral": 1}
"""TA-Lib marks a doji, which has no direction, with +100."""


def columns(bars: ClosedBars) -> np.ndarray:
    return np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap])


def strengths(bars: ClosedBars) -> np.ndarray:
    """Return (n, 61) what each rule says of each bar, 0 before the warm-up."""
    prices = columns(bars)
    out = np.zeros((len(bars), N_CANDLES), np.int16)
    frame = empty_frame()
    for i in range(WARM_UP - 1, len(bars)):
        judge_candles(prices, i, frame, out[i])
    return out


def witness(bars: ClosedBars, bit: int) -> np.ndarray:
    """Return what TA-Lib says; a bar of a single price, which says nothing, is no doji here."""
    expected = getattr(talib, CANDLES[bit].talib)(bars.open, bars.high, bars.low, bars.close)
    if CANDLES[bit].name == "Doji":
        expected[bars.high == bars.low] = 0
    return expected


def all_differences(bars: ClosedBars) -> Iterator[tuple[str, int]]:
    """Yield (candlestick, bar) wherever TA-Lib disagrees."""
    found = strengths(bars)
    for bit, name in enumerate(CANDLE_NAMES):
        wrong = np.flatnonzero(found[:, bit] != witness(bars, bit))
        yield from ((name, int(i)) for i in wrong)


def is_listed(name: str, i: int) -> bool:
    """Tell whether the page lists bar `i`, counted from 0: TA-Lib speaks before our warm-up."""
    return TALIB_FROM[name] <= i + 1 < WARM_UP


def differences(bars: ClosedBars) -> Iterator[tuple[str, int]]:
    """Yield the differences that no exception covers."""
    return (found for found in all_differences(bars) if not is_listed(*found))


def new_engine(bars: ClosedBars) -> SignalEngine:
    return SignalEngine(("AAA",), "1min", "intraday", lambda _: 0, session_bars=len(bars))


def alerts_of(bars: ClosedBars) -> dict[str, np.ndarray]:
    """Return -1, 0 or 1 a bar for each alerted candlestick, from the engine's own log."""
    place = {start: i for i, start in enumerate(bars.start_ms.tolist())}
    out = {name: np.zeros(len(bars), np.int64) for name in ALERTED}
    for signal in confirmed(new_engine(bars).update(bars).signals):
        if signal.pattern in out:
            out[signal.pattern][place[signal.bar_time_ms]] = CODE[signal.direction]
    return out


def test_the_catalogue_names_every_candlestick_of_talib_in_the_order_of_the_bits() -> None:
    known = talib.get_function_groups()["Pattern Recognition"]
    assert sorted(candle.talib for candle in CANDLES) == sorted(known)
    assert tuple(candle.name for candle in CANDLES) == CANDLE_NAMES
    assert len(set(CANDLE_NAMES)) == 61
    assert set(BIT) >= set(ALERTED)


@pytest.mark.parametrize("bit", range(N_CANDLES), ids=CANDLE_NAMES)
def test_the_page_tells_from_which_bar_on_talib_speaks_of_a_candlestick(bit: int) -> None:
    first = Function(CANDLES[bit].talib).lookback + 1
    assert TALIB_FROM[CANDLE_NAMES[bit]] == first
    assert first <= WARM_UP, "ours would speak first"


def test_of_the_bars_before_our_warm_up_talib_alone_speaks() -> None:
    """On many short walks; each candlestick that begins early enough is said there."""
    walks = [random_bars(WARM_UP, rows=[0], seed=seed) for seed in range(300)]
    found = {difference for bars in walks for difference in all_differences(bars)}
    assert all(is_listed(*difference) for difference in found)
    assert {i for _, i in found} == set(range(2, WARM_UP - 1))
    assert {"Doji", "Engulfing", "Long_Line"} <= {name for name, _ in found}
    for bars in walks:
        assert not strengths(bars)[: WARM_UP - 1].any()
        assert not engine().update(bars).indicators.candles[: WARM_UP - 1].any()


def test_a_candlestick_without_direction_is_one_whose_rule_says_so() -> None:
    said = {one.name for one in CANDLES if "has no direction" in text_of(one)}
    assert said == WITHOUT_DIRECTION


def text_of(candle: Candle) -> str:
    return " ".join((sys.modules[candle.rule.__module__].__doc__ or "").split())


@pytest.mark.parametrize("price", [0.5, 20.0, 400.0])
def test_candlesticks_equal_talib_on_random_walks(price: float) -> None:
    bars = random_bars(4000, rows=[0], seed=11, price=price)
    assert list(differences(bars)) == []


EIGHTHS = st.integers(0, 24)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(EIGHTHS, EIGHTHS, EIGHTHS, EIGHTHS), min_size=15, max_size=60))
def test_candlesticks_equal_talib_on_any_bars_full_of_ties(drawn: list[tuple[int, ...]]) -> None:
    """In eighths of a dollar all sums are exact, so that ties are ties for both."""
    prices = 10.0 + np.sort(np.array(drawn), axis=1) / 8.0
    turned = np.array(drawn)[:, 0] > np.array(drawn)[:, 3]
    first, last = np.where(turned, 2, 1), np.where(turned, 1, 2)
    row = np.arange(len(prices))
    bars = replace(
        random_bars(len(prices), rows=[0]),
        open=prices[row, first],
        high=prices[:, 3].copy(),
        low=prices[:, 0].copy(),
        close=prices[row, last],
    )
    assert list(differences(bars)) == []


@pytest.mark.parametrize("bit", range(N_CANDLES), ids=CANDLE_NAMES)
def test_all_are_judged_by_the_rule_that_each_declares(bit: int) -> None:
    bars = random_bars(2000, rows=[0], seed=12)
    prices, together = columns(bars), strengths(bars)
    for i in range(WARM_UP - 1, len(bars)):
        read = (prices, i) if CANDLES[bit].reads == "bars, i" else (frame_of(prices, i),)
        assert CANDLES[bit].rule(*read) == together[i, bit]


def test_a_bar_reads_no_bar_outside_the_warm_up() -> None:
    bars = random_bars(400, rows=[0], seed=13)
    together = strengths(bars)
    for i in range(WARM_UP - 1, 400):
        window = span(bars, i - WARM_UP + 1, i + 1)
        assert strengths(window)[-1].tolist() == together[i].tolist()


def test_the_stored_bits_are_what_fired_and_its_side() -> None:
    bars = random_bars(500, rows=[0], seed=14)
    found, bits = strengths(bars), engine().update(bars).indicators.candles
    places = np.arange(N_CANDLES)
    assert np.array_equal(bits[:, :1] >> places & 1, found != 0)
    assert np.array_equal(bits[:, 1:] >> places & 1, found < 0)


def test_alerted_candlesticks_fire_where_their_bit_is_set_but_for_bars_of_one_tick() -> None:
    bars = random_bars(3000, rows=[0], seed=15)
    found, alerts = strengths(bars), alerts_of(bars)
    for name, warm_up in ALERTED.items():
        expected = np.sign(found[:, BIT[name]])
        expected[: warm_up - 1] = 0
        expected[bars.high - bars.low < 0.015] = 0
        assert np.array_equal(alerts[name], expected), name


def test_an_alerted_candlestick_carries_the_strength_that_talib_gives_it() -> None:
    bars = random_bars(3000, rows=[0], seed=15)
    place = {start: i for i, start in enumerate(bars.start_ms.tolist())}
    witnesses = {name: np.abs(witness(bars, BIT[name])) for name in ALERTED}
    found = [
        signal for signal in new_engine(bars).update(bars).signals if signal.pattern in ALERTED
    ]
    for signal in found:
        assert (
            signal.indicators["candle_strength"] == witnesses[signal.pattern][place[signal.born_ms]]
        )
    assert {signal.indicators["candle_strength"] for signal in found} == {80.0, 100.0}
    assert {"confirmed", "failed", "target_reached"} <= {signal.life for signal in found}


def test_a_candlestick_that_reaches_back_to_a_partial_bar_is_left_out() -> None:
    bars = random_bars(60, rows=[0], seed=16)
    partial = join(
        [
            span(bars, 0, 50),
            changed(bars, 50, quality=QUALITY_PARTIAL, revision=0),
            span(bars, 51, 60),
        ]
    )
    whole = engine().update(bars).indicators.candles
    found = engine().update(partial).indicators.candles
    for i in range(60):
        reach = [c.n_bars > i - 50 >= 0 for c in CANDLES]
        mask = sum(1 << bit for bit, reaches in enumerate(reach) if not reaches)
        assert found[i].tolist() == [whole[i, 0] & mask, whole[i, 1] & mask]


def test_a_revised_bar_changes_the_bits_of_its_row_and_of_later_rows() -> None:
    bars = random_bars(80, rows=[0], seed=17)
    fresh = changed(bars, 70, close=float(bars.high[70]), open=float(bars.low[70]))
    running = engine()
    running.update(bars)
    table = running.update(fresh).indicators
    final = join([span(bars, 0, 70), fresh, span(bars, 71, 80)])
    assert table.candles.tolist() == engine().update(final).indicators.candles[70:].tolist()


def test_a_bar_of_one_price_is_no_candlestick() -> None:
    bars = random_bars(40, rows=[0])
    flat = {name: np.full(40, 10.0) for name in ("open", "high", "low", "close")}
    assert not engine().update(replace(bars, **flat)).indicators.candles.any()


def daily_bars(frame: pd.DataFrame) -> ClosedBars:
    """Return a symbol's sound daily bars as if they were minutes."""
    n = len(frame)
    column = {name: frame[name].to_numpy(np.float64).copy() for name in ("open", "high", "low")}
    return ClosedBars(
        row=np.zeros(n, np.int32),
        start_ms=60_000 * np.arange(1, n + 1, dtype=np.int64),
        **column,
        close=frame["close"].to_numpy(np.float64).copy(),
        volume=frame["volume"].to_numpy(np.float64).copy(),
        vwap=np.full(n, np.nan),
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


@pytest.mark.real_data
def test_candlesticks_equal_talib_on_every_daily_bar_of_505_symbols(test_data: Path) -> None:
    """But for the listed ones: bars of one price, and what TA-Lib says before bar 15."""
    frame = pd.read_parquet(test_data / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    tops, bottoms = frame[["open", "close"]].max(axis=1), frame[["open", "close"]].min(axis=1)
    frame = frame[(frame["low"] <= bottoms) & (frame["high"] >= tops)]
    wrong = [
        (symbol, *difference)
        for symbol, rows in frame.groupby("symbol")
        for difference in differences(daily_bars(rows.sort_values("date")))
    ]
    assert frame["symbol"].nunique() == 505
    assert wrong == []


@pytest.mark.real_data
def test_a_tie_is_decided_as_by_a_talib_that_begins_with_its_candles(test_data: Path) -> None:
    """TA-Lib carries on its sums and what they lost in rounding; ours are made afresh."""
    frame = pd.read_parquet(test_data / "lean" / "hour_raw.parquet")
    frame = frame[frame["symbol"] == "AIG"].sort_values("hour_start_ny")
    bars = daily_bars(frame)
    found, ties = strengths(bars), list(differences(bars))
    for name, i in ties:
        begun = span(bars, i + 1 - TALIB_FROM[name], i + 1)
        assert witness(begun, BIT[name])[-1] == found[i, BIT[name]], (name, i)
    assert f"{len(ties)} verdicts on AIG's {len(bars):,} recorded hours" in WITNESSES.read_text()
