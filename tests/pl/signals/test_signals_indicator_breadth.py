"""The indicators beyond the first fourteen against TA-Lib, plain twins and published values."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.signals import talib_share
from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.indicators.catalogue import COLUMNS
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.indicators.rules.weighted_average import wma
from tests.pl.signals.pivot_levels import PIVOTS
from tests.pl.signals.synthetic import random_bars
from tests.pl.signals.test_signals_indicators import indicators, published_bars

Values = dict[str, np.ndarray]
WALK = settings(max_examples=25, deadline=None)


ELSEWHERE = {*INDICATOR_NAMES[:14], "mfi_14"}
"""Compared in other tests."""


def by_talib(bars: ClosedBars) -> Values:
    """Return what TA-Lib says, started on the same first bar."""
    high, low, close, volume = bars.high, bars.low, bars.close, bars.volume
    share = talib_share.indicators(np.array([bars.open, high, low, close, volume]))
    upper, middle, lower = share["bb_upper"], share["bb_middle"], share["bb_lower"]
    ema_20, atr_10 = share["ema_20"], talib.ATR(high, low, close, 10)
    return {
        **{name: values for name, values in share.items() if name not in ELSEWHERE},
        "hma_20": hull(close),
        "bb_percent_b": (close - lower) / (upper - lower),
        "bb_width": (upper - lower) / middle,
        "keltner_upper": ema_20 + 2.0 * atr_10,
        "keltner_lower": ema_20 - 2.0 * atr_10,
        "chaikin_oscillator": talib.ADOSC(high, low, close, volume, 3, 10),
    }


def hull(close: np.ndarray) -> np.ndarray:
    """Return TA-Lib's weighted average of 4 of what two others of it say."""
    raw = 2.0 * talib.WMA(close, 10) - talib.WMA(close, 20)
    return np.concatenate([np.full(19, np.nan), talib.WMA(raw[19:], 4)])


LATER = {"stoch_k": 2, "stoch_rsi_k": 2}
"""TA-Lib keeps k back until d is known; ours begins these bars earlier."""

SCALES = {
    **dict.fromkeys(("adx_14", "plus_di_14", "minus_di_14", "willr_14", "ultimate"), 100.0),
    **dict.fromkeys(("stoch_k", "stoch_d", "stoch_rsi_k", "stoch_rsi_d", "mfi_14"), 100.0),
    **dict.fromkeys(("aroon_up", "aroon_down", "aroon_oscillator", "cci_20"), 100.0),
    **dict.fromkeys(("bb_percent_b", "bb_width"), 1.0),
}


def assert_equal(found: Values, expected: Values, price: float) -> None:
    """Compare to 1e-9 of the value or the scale: the indicator's range, else the price."""
    for name, values in expected.items():
        first = LATER.get(name, 0)
        begin = int(np.argmin(np.isnan(found[name]))) + first
        assert begin == int(np.argmin(np.isnan(values))), name
        scale = np.maximum(np.abs(values[begin:]), SCALES.get(name, price))
        wrong = np.abs(found[name][begin:] - values[begin:]) > 1e-9 * scale
        assert not wrong.any(), (name, np.flatnonzero(wrong)[:5] + begin)


@WALK
@given(st.integers(0, 100_000), st.sampled_from([5.0, 50.0, 900.0]))
def test_indicators_equal_talib_started_on_the_same_bar(seed: int, price: float) -> None:
    """On bars with a spread: where a window has none TA-Lib says 0 and ours the middle."""
    bars = random_bars(300, rows=[0], seed=seed, price=price)
    assert_equal(indicators(bars), by_talib(bars), float(bars.close.max()))


def test_money_flow_equals_talib_where_sums_of_prices_are_exact() -> None:
    """In cents TA-Lib takes the rounding of equal typical prices for a move; ours does not."""
    for seed in range(20):
        bars = random_bars(400, rows=[0], seed=seed, price=20.0)
        exact = {n: np.round(getattr(bars, n) * 64.0) / 64.0 for n in ("high", "low", "close")}
        bars = replace(bars, **exact, open=exact["close"].copy())
        expected = talib.MFI(bars.high, bars.low, bars.close, bars.volume, 14)
        np.testing.assert_allclose(indicators(bars)["mfi_14"], expected, rtol=0, atol=1e-7)


def by_hand(bars: ClosedBars) -> Values:
    """Return the values of plain rules over data frames, for one session from its first bar."""
    frame = pd.DataFrame({n: getattr(bars, n) for n in ("open", "high", "low", "close", "volume")})
    price = pd.Series(bars.vwap)
    high, low, close, volume = frame["high"], frame["low"], frame["close"], frame["volume"]
    shares = volume.cumsum()
    vwap = (price * volume).cumsum() / shares
    spread = pd.Series(
        [weighted_deviation(price[: i + 1], volume[: i + 1]) for i in range(len(frame))]
    )
    before = volume.shift(1).rolling(20)
    ends = [line(close[i - 19 : i + 1]) if i >= 19 else (np.nan, np.nan) for i in range(len(close))]
    end, width = (np.array(column) for column in zip(*ends, strict=True))
    flow = ((close - low) - (high - close)) / (high - low) * volume
    top, bottom = high.shift(1).rolling(20).max(), low.shift(1).rolling(20).min()
    values = {
        "vwap_upper": vwap + 2.0 * spread,
        "vwap_lower": vwap - 2.0 * spread,
        "session_high": high.cummax(),
        "session_low": low.cummin(),
        "donchian_upper": top,
        "donchian_lower": bottom,
        "volume_z_20": (volume - before.mean()) / before.std(ddof=0),
        "cmf_20": flow.where(high > low, 0.0).rolling(20).sum() / volume.rolling(20).sum(),
        "linreg_upper": pd.Series(end + 2.0 * width),
        "linreg_lower": pd.Series(end - 2.0 * width),
        "volatility_20": 100.0 * np.log(close / close.shift(1)).rolling(20).std(),
        "gap": 100.0 * (frame["open"] / close.shift(1) - 1.0),
        "vwap_from_high": anchored(high, price, volume),
        "vwap_from_low": anchored(-low, price, volume),
        **cloud(high, low),
    }
    return {name: np.asarray(column, np.float64) for name, column in values.items()}


def anchored(extreme: pd.Series, price: pd.Series, volume: pd.Series) -> list[float]:
    """Return the volume-weighted price since the bar of the largest value so far."""
    begins = [int(np.argmax(extreme[: i + 1])) for i in range(len(price))]
    return [
        np.average(price[begin : i + 1], weights=volume[begin : i + 1])
        for i, begin in enumerate(begins)
    ]


def weighted_deviation(price: pd.Series, volume: pd.Series) -> float:
    centre = np.average(price, weights=volume)
    return math.sqrt(np.average((price - centre) ** 2, weights=volume))


def line(close: pd.Series) -> tuple[float, float]:
    """Return the end of the least-squares line and the deviation around it."""
    x = np.arange(len(close))
    slope, start = np.polyfit(x, close, 1)
    residual = close - (start + slope * x)
    return start + slope * x[-1], math.sqrt((residual**2).mean())


def cloud(high: pd.Series, low: pd.Series) -> dict[str, pd.Series]:
    def middle(period: int) -> pd.Series:
        return (high.rolling(period).max() + low.rolling(period).min()) / 2.0

    return {
        "ichimoku_conversion": middle(9),
        "ichimoku_base": middle(26),
        "ichimoku_span_a": ((middle(9) + middle(26)) / 2.0).shift(26),
        "ichimoku_span_b": middle(52).shift(26),
    }


@WALK
@given(st.integers(0, 100_000))
def test_indicators_without_a_witness_equal_their_plain_twins(seed: int) -> None:
    bars = random_bars(120, rows=[0], seed=seed)
    found = indicators(bars)
    for name, values in by_hand(bars).items():
        np.testing.assert_array_equal(np.isnan(found[name]), np.isnan(values), err_msg=name)
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-7, err_msg=name)


def trend_by_hand(bars: ClosedBars) -> list[float]:
    """Return the SuperTrend as its text-book loop."""
    ranges = talib.ATR(bars.high, bars.low, bars.close, 10)
    out, rising, upper, lower = [math.nan] * 10, True, math.inf, -math.inf
    for i in range(10, len(bars)):
        middle, last = (bars.high[i] + bars.low[i]) / 2.0, bars.close[i - 1]
        top, bottom = middle + 3.0 * ranges[i], middle - 3.0 * ranges[i]
        if i == 10:
            rising, upper, lower = bars.close[i] >= middle, top, bottom
        upper = top if top < upper or last > upper else upper
        lower = bottom if bottom > lower or last < lower else lower
        rising = not bars.close[i] <= (lower if rising else upper)
        out.append(lower if rising else upper)
    return out


@WALK
@given(st.integers(0, 100_000))
def test_supertrend_equals_its_plain_twin(seed: int) -> None:
    bars = random_bars(200, rows=[0], seed=seed)
    np.testing.assert_allclose(indicators(bars)["supertrend"], trend_by_hand(bars), rtol=1e-12)


def test_every_indicator_has_a_witness_or_a_twin() -> None:
    bars = random_bars(60, rows=[0])
    tested = {*INDICATOR_NAMES[:14], *by_talib(bars), *by_hand(bars), "supertrend", "mfi_14"}
    assert tested | YEAR | ACROSS | PIVOTS.keys() == set(INDICATOR_NAMES)


YEAR = {"high_52_week", "low_52_week"}
ACROSS = {"relative_strength", "strength_rank", "relative_volume_at_time"}
"""Tested with the universe, or the sessions, that they are made of; so are pivot points."""


def test_days_and_weeks_know_the_high_and_low_of_a_year() -> None:
    bars = random_bars(300, rows=[0], seed=8)
    for timeframe, n_bars in (("daily", 252), ("weekly", 52)):
        engine = SignalEngine(("AAA",), timeframe, "daily", lambda _: 0)
        table = engine.update(bars).indicators
        np.testing.assert_array_equal(table.column("high_52_week"), talib.MAX(bars.high, n_bars))
        np.testing.assert_array_equal(table.column("low_52_week"), talib.MIN(bars.low, n_bars))
    assert np.isnan(indicators(bars)["high_52_week"]).all()


MIDDLE = {
    "stoch_k": 50.0,
    "stoch_rsi_k": 50.0,
    "willr_14": -50.0,
    "ultimate": 50.0,
    "cci_20": 0.0,
    "adx_14": 0.0,
    "gap": 0.0,
    "roc_10": 0.0,
    "volatility_20": 0.0,
    "psar": 10.0,
}


def test_prices_that_do_not_move_put_the_oscillators_in_their_middle() -> None:
    bars = random_bars(260, rows=[0])
    flat = {name: np.full(260, 10.0) for name in ("open", "high", "low", "close", "vwap")}
    found = indicators(replace(bars, **flat))
    assert {name: found[name][-1] for name in MIDDLE} == pytest.approx(MIDDLE)
    nothing = {"bb_percent_b", "mfi_14", *YEAR, *ACROSS, *PIVOTS}
    assert {name for name in found if math.isnan(found[name][-1])} == nothing


@pytest.mark.parametrize("price", [1e-4, 1e6])
def test_values_stay_finite_at_any_price(price: float) -> None:
    bars = random_bars(260, rows=[0], seed=3)
    columns = ("open", "high", "low", "close", "vwap")
    scaled = replace(bars, **{n: getattr(bars, n) * price / 50.0 for n in columns})
    found = indicators(scaled)
    assert all(
        math.isfinite(found[name][-1]) for name in found.keys() - YEAR - ACROSS - PIVOTS.keys()
    )


PUBLISHED = {
    column.name: column.published for column in COLUMNS[14:] if column.published is not None
}
SEEDED_OTHERWISE = {
    "tema_20": (200, 1e-6),
    "adx_14": (350, 1e-6),
    "plus_di_14": (200, 1e-6),
    "minus_di_14": (200, 1e-6),
    "chaikin_oscillator": (200, 1e-9),
}
"""From which bar on the published values agree, and to what: their averages start otherwise.

Not compared: Aroon (of equal highs the published one takes the earliest, TA-Lib and ours the
latest), PSAR (it starts in another direction), OBV (it leaves the first bar's volume out).
"""


def published(folder: Path, file: str, key: str) -> np.ndarray:
    rows: list[dict[str, Any]] = json.loads(
        (folder / "results" / f"{file}.standard.json").read_text()
    )
    return np.array([np.nan if row.get(key) is None else row[key] for row in rows], np.float64)


@pytest.mark.real_data
@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_indicators_equal_the_published_values(name: str, test_data: Path) -> None:
    folder = test_data / "skender_indicators"
    expected = published(folder, *PUBLISHED[name])
    found = indicators(published_bars(folder))[name]
    begin, tolerance = SEEDED_OTHERWISE.get(name, (0, 1e-9))
    known = ~np.isnan(expected) & ~np.isnan(found)
    known[:begin] = False
    assert known.sum() > 150
    np.testing.assert_allclose(found[known], expected[known], rtol=tolerance, atol=1e-9)


@pytest.mark.real_data
def test_weighted_averages_equal_the_published_values(test_data: Path) -> None:
    folder = test_data / "skender_indicators"
    bars = published_bars(folder)
    columns = np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap])
    weighted = [wma(columns, i, 14) for i in range(len(bars))]
    np.testing.assert_allclose(weighted, published(folder, "wma", "wma"), rtol=1e-12)
