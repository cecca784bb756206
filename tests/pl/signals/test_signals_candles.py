"""Candlesticks against TA-Lib, bar by bar."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.registry import PATTERN_NAMES, PATTERNS
from tests.pl.signals.synthetic import random_bars

WITNESS = {
    "Doji": talib.CDLDOJI,
    "Hammer": talib.CDLHAMMER,
    "Shooting_Star": talib.CDLSHOOTINGSTAR,
    "Engulfing": talib.CDLENGULFING,
    "Piercing_Line": talib.CDLPIERCING,
    "Dark_Cloud_Cover": talib.CDLDARKCLOUDCOVER,
    "Morning_Star": talib.CDLMORNINGSTAR,
    "Evening_Star": talib.CDLEVENINGSTAR,
    "Three_White_Soldiers": talib.CDL3WHITESOLDIERS,
    "Three_Black_Crows": talib.CDL3BLACKCROWS,
}
CODE = {"bullish": 1, "bearish": -1, "neutral": 1}
"""TA-Lib marks a doji, which has no direction, with +100."""


def found_in(bars: ClosedBars) -> dict[str, np.ndarray]:
    """Return -1, 0 or 1 a bar for each candlestick, from the engine's own log."""
    last = int(bars.start_ms[-1])
    engine = SignalEngine(("AAA",), "1min", "intraday", lambda _: 0, session_bars=len(bars))
    place = {start: i for i, start in enumerate(bars.start_ms.tolist())}
    out = {name: np.zeros(len(bars), np.int64) for name in WITNESS}
    for signal in engine.update(bars).signals:
        assert signal.bar_time_ms <= last
        if signal.pattern in out:
            out[signal.pattern][place[signal.bar_time_ms]] = CODE[signal.direction]
    return out


def differences(bars: ClosedBars) -> Iterator[tuple[str, int]]:
    """Yield (pattern, bar) wherever TA-Lib disagrees once the pattern is warm."""
    found = found_in(bars)
    for name, witness in WITNESS.items():
        warm_up = PATTERNS[PATTERN_NAMES.index(name)].warm_up
        expected = np.sign(witness(bars.open, bars.high, bars.low, bars.close))
        if name == "Doji":
            expected[bars.high == bars.low] = 0
        wrong = np.flatnonzero(found[name] != expected)
        yield from ((name, int(i)) for i in wrong if i >= warm_up - 1)


def test_ten_candlesticks_have_a_witness() -> None:
    candles = {pattern.name for pattern in PATTERNS if pattern.family == "candlestick"}
    assert candles == set(WITNESS)


@pytest.mark.parametrize("price", [0.5, 20.0, 400.0])
def test_candlesticks_equal_talib_on_random_walks(price: float) -> None:
    bars = random_bars(3000, rows=[0], seed=11, price=price)
    assert list(differences(bars)) == []


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
    """Exceptions: none beyond bars of one price, which are no doji here and do not occur there."""
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
