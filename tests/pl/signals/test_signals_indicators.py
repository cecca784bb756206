"""Indicator values against plain twins, TA-Lib, published values and their own re-walk."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import talib

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.indicators.catalogue import COLUMNS
from pl.signals.indicators.names import INDICATOR_NAMES
from tests.pl.signals import naive
from tests.pl.signals.synthetic import (
    FIRST_OPEN_MS,
    changed,
    engine,
    join,
    random_bars,
    span,
)

SEED_BARS = 600


def indicators(bars: ClosedBars) -> dict[str, np.ndarray]:
    """Return the columns of one symbol's bars, all in one session."""
    table = SignalEngine(("AAA",), "1min", "intraday", lambda _: 0).update(bars).indicators
    return {name: table.column(name) for name in INDICATOR_NAMES}


def twins(bars: ClosedBars) -> dict[str, list[float]]:
    close, volume = bars.close.tolist(), bars.volume.tolist()
    high, low = bars.high.tolist(), bars.low.tolist()
    line, signal = naive.macd(close)
    return {
        "sma_20": naive.sma(close, 20),
        "sma_50": naive.sma(close, 50),
        "ema_12": naive.ema(close, 12),
        "ema_26": naive.ema(close, 26),
        "rsi_14": naive.rsi(close),
        "macd": line,
        "macd_signal": signal,
        "macd_hist": [a - b for a, b in zip(line, signal, strict=True)],
        "bb_upper": naive.band(close, 20, 2.0),
        "bb_middle": naive.sma(close, 20),
        "bb_lower": naive.band(close, 20, -2.0),
        "atr_14": naive.atr(high, low, close),
        "vwap": naive.vwap(bars.vwap.tolist(), volume),
        "relative_volume": naive.relative_volume(volume),
    }


@pytest.mark.parametrize("name", INDICATOR_NAMES[:14])
def test_each_indicator_equals_its_plain_twin(name: str) -> None:
    bars = random_bars(300, rows=[0], seed=5)
    found, expected = indicators(bars)[name], np.array(twins(bars)[name])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-11)


def test_indicators_equal_talib_started_on_the_same_bar() -> None:
    bars = random_bars(700, rows=[0], seed=6)
    found = indicators(bars)
    upper, middle, lower = talib.BBANDS(bars.close, 20, 2.0, 2.0)
    witness = {
        "sma_20": talib.SMA(bars.close, 20),
        "sma_50": talib.SMA(bars.close, 50),
        "ema_12": talib.EMA(bars.close, 12),
        "ema_26": talib.EMA(bars.close, 26),
        "rsi_14": talib.RSI(bars.close, 14),
        "atr_14": talib.ATR(bars.high, bars.low, bars.close, 14),
        "bb_upper": upper,
        "bb_middle": middle,
        "bb_lower": lower,
    }
    scale = {"rsi_14": 100.0}
    for name, expected in witness.items():
        np.testing.assert_array_equal(np.isnan(found[name]), np.isnan(expected), err_msg=name)
        tolerance = 1e-9 * scale.get(name, float(bars.close.max()))
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=tolerance, err_msg=name)


def test_macd_equals_talib_once_the_different_start_of_its_fast_average_has_faded() -> None:
    bars = random_bars(700, rows=[0], seed=7)
    found = indicators(bars)
    for name, expected in zip(
        ("macd", "macd_signal", "macd_hist"), talib.MACD(bars.close), strict=True
    ):
        tolerance = 1e-9 * float(bars.close.max())
        np.testing.assert_allclose(found[name][250:], expected[250:], rtol=0, atol=tolerance)


def test_walking_starts_600_bars_before_the_session() -> None:
    """The second day's values are those of TA-Lib started 600 bars before midnight."""
    bars = random_bars(1500, rows=[0], seed=8)
    table = engine().update(bars).indicators
    window = slice(1440 - SEED_BARS, 1500)
    expected = talib.EMA(bars.close[window].copy(), 26)[SEED_BARS:]
    np.testing.assert_allclose(table.column("ema_26")[1440:], expected, rtol=1e-13)
    vwap = naive.vwap(bars.vwap[1440:].tolist(), bars.volume[1440:].tolist())
    np.testing.assert_allclose(table.column("vwap")[1440:], vwap, rtol=1e-13)


def test_streaming_bar_by_bar_equals_walking_from_the_anchor_to_the_bit() -> None:
    bars = random_bars(1700, rows=[0], seed=9)
    running = engine()
    streamed = [
        running.update(span(bars, i, i + 1)).indicators.values[-1] for i in range(len(bars))
    ]
    for begin in (700, 1439, 1440, 1699):
        fresh = engine()
        fresh.warm(0, span(bars, 0, begin))
        table = fresh.update(span(bars, begin, len(bars))).indicators
        assert table.values.tobytes() == np.array(streamed[begin:]).tobytes()


def test_a_revised_bar_changes_its_row_and_the_later_rows_as_if_it_had_come_so_first() -> None:
    bars = random_bars(200, rows=[0], seed=10)
    fresh = changed(bars, 150, close=float(bars.close[150]) + 0.01, high=60.0)
    running = engine()
    running.update(bars)
    table = running.update(fresh).indicators
    final = join([span(bars, 0, 150), fresh, span(bars, 151, 200)])
    expected = engine().update(final).indicators
    assert table.start_ms.tolist() == bars.start_ms[150:].tolist()
    assert table.values.tobytes() == expected.values[150:].tobytes()


def test_typical_price_stands_in_where_a_bar_has_no_vwap() -> None:
    bars = random_bars(30, rows=[0])
    bare = join([changed(bars, i, vwap=math.nan, revision=0) for i in range(30)])
    typical = ((bars.high + bars.low + bars.close) / 3.0).tolist()
    expected = naive.vwap(typical, bars.volume.tolist())
    np.testing.assert_allclose(indicators(bare)["vwap"], expected, rtol=1e-13)


PUBLISHED = {
    column.name: column.published for column in COLUMNS[:14] if column.published is not None
}


def published_bars(folder: Path) -> ClosedBars:
    """Return the 502 published daily SPY bars as if they were minutes of one session."""
    with (folder / "quotes" / "default.csv").open(encoding="utf-8-sig") as file:
        quotes = list(csv.DictReader(file))
    column = {
        name: np.array([float(quote[name]) for quote in quotes])
        for name in ("open", "high", "low", "close", "volume")
    }
    n = len(quotes)
    return ClosedBars(
        row=np.zeros(n, np.int32),
        start_ms=FIRST_OPEN_MS + MINUTE_MS * np.arange(n, dtype=np.int64),
        **column,
        vwap=np.full(n, np.nan),
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


@pytest.mark.real_data
@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_indicators_equal_the_published_values(name: str, test_data: Path) -> None:
    folder = test_data / "skender_indicators"
    file, key = PUBLISHED[name]
    rows: list[dict[str, Any]] = json.loads(
        (folder / "results" / f"{file}.standard.json").read_text()
    )
    expected = np.array([row.get(key) if row.get(key) is not None else np.nan for row in rows])
    found = indicators(published_bars(folder))[name]
    known = ~np.isnan(expected) & ~np.isnan(found)
    assert known.sum() > 400
    np.testing.assert_allclose(found[known], expected[known], rtol=0, atol=1e-8)
