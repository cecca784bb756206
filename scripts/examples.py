"""Choose an example of each signal from recorded bars, and make its drawing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pl.market.batches import Int64
from pl.signals.candles.catalogue import CANDLES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.registry import PATTERN_NAMES, PATTERNS
from pl.signals.signal import Signal
from pl.signals.table import EngineUpdate
from scripts.drawing import Drawing, Point
from scripts.measuring_rates import finds, rule_of
from scripts.recorded_series import daily_bars, judge, minute_bars

BEFORE: Final = {"candlestick": 16, "event": 46, "chart": 12}
AFTER: Final = {"candlestick": 5, "event": 8, "chart": 8}
TYPICAL: Final = 0.8
"""Which of the finds, from the least confident to the most, is shown."""
MOST_BARS: Final = 120
READABLE_BARS: Final = 20
STRIPS: Final = frozenset({"rsi_14", "macd"})
"""Indicators with a scale of their own."""


@dataclass(frozen=True, slots=True)
class Example:
    """Say which bar of which symbol is shown, and what the signal said there.

    family : event, candlestick, chart, or `candle` of the 61; strength : TA-Lib's, of those.
    """

    name: str
    family: str
    symbol: str
    timeframe: str
    closed: str
    direction: str
    reason: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """Hold the bars of a symbol and what the engine said of them."""

    timeframe: str
    frame: pd.DataFrame
    update: EngineUpdate

    @property
    def symbol(self) -> str:
        """Return the symbol."""
        return str(self.frame["symbol"].iloc[0])

    @property
    def starts(self) -> Int64:
        """Return the start of each bar as the engine was told it, unix ms."""
        return self.update.indicators.start_ms

    def clock(self, place: int) -> str:
        """Return when a bar started, as people of the market write it."""
        if self.timeframe == "daily":
            return str(pd.Timestamp(self.frame["date"].iloc[place]).date())
        moment = pd.Timestamp(int(self.frame["t"].iloc[place]), unit="ms", tz="UTC")
        return moment.tz_convert("America/New_York").strftime("%Y-%m-%d %H:%M")

    def place(self, closed: str) -> int:
        """Return the place of the bar of a time."""
        return next(i for i in range(len(self.frame)) if self.clock(i) == closed)


def recorded(home: Path, keep: Callable[[str], bool] = lambda _: True) -> list[Series]:
    """Return the recorded series below `home` of the symbols that are kept, judged."""
    found = []
    for timeframe, read in (("daily", daily_bars), ("1min", minute_bars)):
        frames = [one for one in read(home) if keep(str(one["symbol"].iloc[0]))]
        found += [
            Series(timeframe, frame, update)
            for frame, update in zip(frames, judge(frames, timeframe), strict=True)
        ]
    return found


def chosen(series: list[Series]) -> Iterator[tuple[Example, Drawing]]:
    """Yield an example of each signal: of the registry, of the chart patterns, of the 61.

    It is one of days where they have one that alerts, else of minutes where those have.
    """
    for pattern in PATTERNS:
        yield from surest(pattern.name, pattern.family, series)
    for name in CHART_NAMES:
        yield from surest(name, "chart", series)
    days = [one for one in series if one.timeframe == "daily"]
    for bit, candle in enumerate(CANDLES):
        yield clearest(candle.name, bit, candle.n_bars, days)


def surest(name: str, family: str, series: list[Series]) -> Iterator[tuple[Example, Drawing]]:
    """Yield the example of a pattern, none where it fires on no series."""
    found = []
    for timeframe in ("daily", "1min"):
        mine = [one for one in series if one.timeframe == timeframe]
        if any(len(finds(one.update.entries, name)) for one in mine):
            found.append(best(name, family, mine))
    yield from ([one for one in found if alerts(one[0])] or found)[:1]


def alerts(example: Example) -> bool:
    """Tell whether what is shown is sure enough for an alert."""
    return example.confidence >= least_of(example)


def least_of(example: Example) -> float:
    """Return the least confidence of an alert, 0 for a candlestick shown as such."""
    if example.family == "candle":
        return 0.0
    return rule_of(example.name, example.timeframe).min_confidence


def best(name: str, family: str, series: list[Series]) -> tuple[Example, Drawing]:
    """Return a typical find of a pattern, of chart patterns the surest one.

    Where that would not alert, it is one of those that do, if there are any.
    """
    least = rule_of(name, series[0].timeframe).min_confidence
    shown = []
    for s, one in enumerate(series):
        entries = one.update.entries
        for e in finds(entries, name).tolist():
            place = int(np.searchsorted(one.starts, entries.bar_time_ms[e]))
            if BEFORE[family] <= place < len(one.frame) - AFTER[family]:
                shown.append((worth(family, one, e), s, place, e))
    shown.sort()
    share = 1.0 if family == "chart" else TYPICAL
    sure = [one for one in shown if series[one[1]].update.entries.confidence[one[3]] >= least]
    typical = shown[int(share * (len(shown) - 1))]
    if sure and typical not in sure:
        typical = sure[int(share * (len(sure) - 1))]
    _, s, place, e = typical
    signal = series[s].update.entries.signals([e])[0]
    example = Example(
        name,
        family,
        series[s].symbol,
        series[s].timeframe,
        series[s].clock(place),
        signal.direction,
        signal.reason,
        signal.confidence,
    )
    return example, drawing_of(example, series[s], place, signal)


def worth(family: str, series: Series, e: int) -> float:
    """Return by how much an entry is worth showing: its confidence, small charts last."""
    entries = series.update.entries
    confidence = float(entries.confidence[e])
    if family != "chart":
        return confidence
    (said,) = entries.signals([e])
    first, last = (float(str(said.geometry[end])) for end in ("from", "to"))
    n_bars = np.searchsorted(series.starts, 1000.0 * last) - np.searchsorted(
        series.starts, 1000.0 * first
    )
    return confidence if n_bars >= READABLE_BARS else confidence - 1.0


def clearest(name: str, bit: int, n_bars: int, series: list[Series]) -> tuple[Example, Drawing]:
    """Return one of the larger finds of a candlestick, measured by the days' own range."""
    shown = []
    for s, one in enumerate(series):
        prices = one.frame[["high", "low"]].to_numpy(np.float64)
        usual = one.update.indicators.column("atr_14")
        fired = np.flatnonzero(one.update.indicators.candles[:, 0] >> bit & 1)
        for place in fired[(fired >= 16) & (fired < len(prices) - 5)].tolist():
            bars = prices[place - n_bars + 1 : place + 1]
            shown.append(((bars[:, 0].max() - bars[:, 1].min()) / usual[place], s, place))
    shown.sort()
    _, s, place = shown[int(TYPICAL * (len(shown) - 1))]
    falls = bool(series[s].update.indicators.candles[place, 1] >> bit & 1)
    example = Example(
        name,
        "candle",
        series[s].symbol,
        "daily",
        series[s].clock(place),
        "bearish" if falls else "bullish",
    )
    return example, drawing_of(example, series[s], place, None)


def found_again(example: Example, series: Series) -> Drawing:
    """Return the drawing of a known example. Raises LookupError when nothing fires there."""
    place = series.place(example.closed)
    if example.family == "candle":
        return drawing_of(example, series, place, None)
    entries = series.update.entries
    found = finds(entries, example.name)
    here = found[entries.bar_time_ms[found] == series.starts[place]]
    if not len(here):
        raise LookupError(f"{example.name}: nothing fires on {example.symbol} {example.closed}")
    return drawing_of(example, series, place, entries.signals(here[:1])[0])


def drawing_of(example: Example, series: Series, place: int, signal: Signal | None) -> Drawing:
    """Return the drawing of what was found at the bar of a place."""
    geometry: dict[str, Any] = dict(signal.geometry) if signal else {}
    n_bars = _n_bars(example, geometry, series)
    family = "candlestick" if example.family == "candle" else example.family
    begin = max(place - n_bars + 1 - BEFORE[family], place - MOST_BARS, 0)
    end = min(place + 1 + AFTER[family], len(series.frame))
    columns = ["open", "high", "low", "close", "volume"]
    bars = series.frame[columns].to_numpy(np.float64)[begin:end]

    def point(known: dict[str, float]) -> Point:
        at = int(np.searchsorted(series.starts, round(1000.0 * known["time"])))
        return at - begin, known["price"]

    shown = _shown(example.name, series, begin, end)
    return Drawing(
        f"{example.name} {example.symbol} {example.timeframe} {example.closed}",
        bars,
        max(place - n_bars + 1 - begin, 0),
        place - begin,
        example.direction,
        (series.clock(begin), series.clock(end - 1)),
        _level(example, geometry),
        tuple(point(turn) for turn in geometry.get("points", ())),
        tuple((point(a), point(b)) for a, b in geometry.get("lines", ())),
        tuple((name, values) for name, values in shown if name not in STRIPS),
        next(((name, values) for name, values in shown if name in STRIPS), None),
    )


def _level(example: Example, geometry: dict[str, Any]) -> float | None:
    if example.family != "event" or "level" not in geometry:
        return None
    return float(geometry["level"])


def _shown(name: str, series: Series, begin: int, end: int) -> list[tuple[str, Any]]:
    if name not in PATTERN_NAMES or name in {candle.name for candle in CANDLES}:
        return []
    names = PATTERNS[PATTERN_NAMES.index(name)].draws
    return [(one, series.update.indicators.column(one)[begin:end]) for one in names]


def _n_bars(example: Example, geometry: dict[str, Any], series: Series) -> int:
    """Return how many bars make the find."""
    if example.family == "chart":
        first, last = (round(1000.0 * geometry[end]) for end in ("from", "to"))
        return int(np.searchsorted(series.starts, last) - np.searchsorted(series.starts, first)) + 1
    if example.family == "candle":
        return next(candle.n_bars for candle in CANDLES if candle.name == example.name)
    return PATTERNS[PATTERN_NAMES.index(example.name)].n_bars
