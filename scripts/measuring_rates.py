"""Measure how often each pattern fires on recorded bars and on random walks of their moves."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pl.market.batches import ClosedBars, Float64, Int64
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_OF, LIVES, Chosen, Entries
from pl.signals.pattern import IN_SESSION
from pl.signals.policy import FALLBACK, RULES, Rule
from pl.signals.registry import PATTERNS
from pl.signals.signal import CONFIRMED
from pl.signals.table import EngineUpdate
from scripts.measuring_combos import SYMBOLS, WALKED_BARS, measured

DAY_MS: Final = 86_400_000
SEED: Final = 20_261
IS_CONFIRMED: Final = LIVES.index(CONFIRMED)
PRICES: Final = ("open", "high", "low", "close")
HEADER: Final = '''"""Hold how often each signal fires; written by scripts/write_signals.py.

Fires per 1,000 bars, on real bars and on random walks of the same moves (see
docs/reference/signals.md).
"""

from collections.abc import Mapping
from typing import Final

DAILY_BARS: Final = {days}
MINUTE_BARS: Final = {minutes}
COMBO_BARS: Final = {combo_minutes}
COMBO_SYMBOLS: Final = {combo_symbols}
COMBO_WALKED_BARS: Final = {combo_walked}

PATTERNS: Final[Mapping[str, tuple[float, float, float, float]]] = {{
{patterns}}}
"""Real: in the log, at the confidence of an alert; random walks: likewise."""

CANDLES: Final[Mapping[str, tuple[float, float]]] = {{
{candles}}}
"""Real, random."""


def null_rate(pattern: str) -> float | None:
    """Return the alerts per 1,000 bars of a random walk, None where that was not measured."""
    measured = PATTERNS.get(pattern)
    return measured[3] if measured else None
'''


def write_rates(home: Path, target: Path) -> None:
    """Measure on the data below `home`; write the module `target`."""
    dice = np.random.default_rng(SEED)
    days, minutes = daily_bars(home), minute_bars(home)
    real, random = daily(days), daily([shuffled(one, dice) for one in days])
    busy, drawn = intraday(minutes), intraday([shuffled(one, dice) for one in minutes])
    n_days, n_minutes = sum(map(len, days)), sum(map(len, minutes))
    patterns = ""
    in_session = {pattern.name for pattern in PATTERNS if pattern.timeframes <= IN_SESSION}
    for name in (*(pattern.name for pattern in PATTERNS), *CHART_NAMES):
        pair = (busy, drawn) if name in in_session else (real, random)
        n = n_minutes if name in in_session else n_days
        found = [1000.0 * count / n for one in pair for count in fires(one, name)]
        patterns += f'    "{name}": ({", ".join(f"{rate:.3f}" for rate in found)}),\n'
    combo_minutes, *of_combos = measured(home, dice)
    for name in COMBO_NAMES:
        found = [rate for one in of_combos for rate in one[name]]
        patterns += f'    "{name}": ({", ".join(f"{rate:.3f}" for rate in found)}),\n'
    candles = ""
    for bit, name in enumerate(CANDLE_NAMES):
        pair_of_rates = [1000.0 * count_bit(one, bit) / n_days for one in (real, random)]
        candles += f'    "{name}": ({pair_of_rates[0]:.3f}, {pair_of_rates[1]:.3f}),\n'
    target.write_text(
        HEADER.format(
            days=n_days,
            minutes=n_minutes,
            combo_minutes=combo_minutes,
            combo_symbols=len(SYMBOLS),
            combo_walked=WALKED_BARS,
            patterns=patterns,
            candles=candles,
        )
    )


def fires(updates: list[EngineUpdate], name: str) -> tuple[int, int]:
    """Return how often a pattern was found, and how often surely enough for an alert."""
    total, alerts = 0, 0
    least = rule_of(name).min_confidence
    for update in updates:
        found = update.entries.confidence[finds(update.entries, name)]
        total += len(found)
        alerts += int((found >= least).sum())
    return total, alerts


def finds(entries: Entries, name: str) -> Chosen:
    """Return the places of entries that say for the first time that a pattern is there."""
    first = (entries.life == IS_CONFIRMED) & np.isnan(entries.said)
    return np.flatnonzero(first & (entries.kind == KIND_OF[name]))


def rule_of(name: str) -> Rule:
    """Return what a pattern needs to become an alert where it is measured."""
    return RULES.get((name, "intraday", "1min")) or RULES.get((name, "daily", "daily"), FALLBACK)


def count_bit(updates: list[EngineUpdate], bit: int) -> int:
    """Return on how many bars a candlestick fired."""
    return sum(int(((update.indicators.candles[:, 0] >> bit) & 1).sum()) for update in updates)


def daily(series: list[pd.DataFrame]) -> list[EngineUpdate]:
    """Judge series of daily bars."""
    return [
        SignalEngine(("S",), "daily", "daily", lambda _: 0, session_bars=1500).update(
            closed(one, np.arange(len(one)) * DAY_MS)
        )
        for one in series
    ]


def intraday(series: list[pd.DataFrame]) -> list[EngineUpdate]:
    """Judge series of minutes, each in the sessions of its own times."""
    return [
        SignalEngine(("S",), "1min", "intraday", lambda ms: ms // DAY_MS * DAY_MS).update(
            closed(one, one["t"].to_numpy(np.int64))
        )
        for one in series
    ]


def closed(frame: pd.DataFrame, start_ms: Int64) -> ClosedBars:
    """Return the bars of one symbol."""
    n = len(frame)
    column = {name: frame[name].to_numpy(np.float64).copy() for name in (*PRICES, "volume")}
    return ClosedBars(
        row=np.zeros(n, np.int32),
        start_ms=start_ms.astype(np.int64),
        open=column["open"],
        high=column["high"],
        low=column["low"],
        close=column["close"],
        volume=column["volume"],
        vwap=np.full(n, np.nan),
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


def shuffled(frame: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
    """Return a random walk of the bars' own moves, ranges and volumes in drawn order."""
    prices: Float64 = frame[list(PRICES)].to_numpy(np.float64)
    before = np.concatenate([prices[:1, 0], prices[:-1, 3]])
    moves = np.log(prices / before[:, None])
    order = dice.permutation(len(frame))
    last = np.concatenate([[0.0], np.cumsum(moves[order, 3])[:-1]])
    walked = prices[0, 0] * np.exp(last[:, None] + moves[order])
    volume = frame["volume"].to_numpy()[order]
    return frame.assign(**dict(zip(PRICES, walked.T, strict=True)), volume=volume)


def sound(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the bars that can be computed with."""
    keep = frame["high"] >= frame[["open", "close"]].max(axis=1)
    return frame[keep & (frame["low"] <= frame[["open", "close"]].min(axis=1))]


def daily_bars(home: Path) -> list[pd.DataFrame]:
    """Return the daily bars of each symbol with more than a year of them."""
    frame = sound(pd.read_parquet(home / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna())
    groups = frame.sort_values("date").groupby("symbol", observed=True)
    return [rows for _, rows in groups if len(rows) > 300]


def minute_bars(home: Path) -> list[pd.DataFrame]:
    """Return the minutes of New York's regular hours of each symbol."""
    frame = sound(pd.read_parquet(home / "lean" / "minute_trade_bars.parquet").dropna())
    clock = pd.to_datetime(frame["t"], unit="ms", utc=True).dt.tz_convert("America/New_York")
    minute = clock.dt.hour * 60 + clock.dt.minute
    regular = frame[(minute >= 570) & (minute < 960)].drop_duplicates(["symbol", "t"])
    return [rows for _, rows in regular.sort_values("t").groupby("symbol", observed=True)]
