"""Evaluate the closed bars of one timeframe: log, indicators, what the policy lets through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from pl.market.batches import QUALITY_NAMES, ClosedBars, Int64
from pl.market.sessions import MarketSessions
from pl.market.timeframes import TIERS, bars_between_anchors, ends_of
from pl.signals.crossings import MEMORY_BARS, CrossingWatch
from pl.signals.engine import SignalEngine
from pl.signals.entries import Entries
from pl.signals.policy import Policy
from pl.signals.signal import Signal
from pl.signals.table import IndicatorTable
from pl.signals.universe import Universe, strengths

DEFAULT_QUALITY: Final = QUALITY_NAMES[0]

Found = list[tuple[Signal, str]]
"""Signals that become events, each with the quality of its bar."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Hold what the bars of one timeframe brought.

    entries : the whole log of these bars, whatever the policy makes of it; alerts : what it lets
    through; held_back : how many it does not.
    """

    timeframe: str
    bars: ClosedBars
    indicators: IndicatorTable
    entries: Entries
    alerts: Found
    held_back: int


@dataclass(slots=True)
class Frame:
    """Hold what the evaluation of a timeframe knows; crossings : used by the road's thread alone.

    alerts_from_ms : what closed by then alerts nobody, because a first start had to wait for it.
    """

    timeframe: str
    symbols: tuple[str, ...]
    engine: SignalEngine
    policy: Policy
    sessions: MarketSessions
    crossings: CrossingWatch
    universe: Universe = field(default_factory=Universe)
    alerts_from_ms: int = 0
    rows: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = {symbol: row for row, symbol in enumerate(self.symbols)}

    def warm(self, history: Mapping[int, ClosedBars]) -> None:
        """Take over history, oldest first by row, and what was signalled in it."""
        for row, bars in history.items():
            self.engine.warm(row, bars)
        self.policy.recall(self.engine.recent(self.policy.memory_bars))
        for row in range(self.crossings.n_rows):
            self.crossings.recall(self.engine.latest_rows(row, MEMORY_BARS))

    def evaluate(self, bars: ClosedBars) -> Evaluated:
        """Evaluate bars sorted by (start_ms, row)."""
        update = self.engine.update(bars)
        self.universe.compare(update.indicators)
        told = self.policy.choose(update.entries)
        if self.alerts_from_ms:
            ends = ends_of(self.sessions, self.timeframe, told.bar_time_ms)
            told = told.take(np.flatnonzero(ends > self.alerts_from_ms))
        chosen = self._compared(told.signals(), update.indicators)
        quality = self._quality(bars) if chosen else {}
        alerts = [
            (signal, quality.get((signal.symbol, signal.bar_time_ms), DEFAULT_QUALITY))
            for signal in chosen
        ]
        held_back = len(update.entries) - len(alerts)
        return Evaluated(self.timeframe, bars, update.indicators, update.entries, alerts, held_back)

    def _compared(self, signals: list[Signal], indicators: IndicatorTable) -> list[Signal]:
        """Return the signals with their symbols' strength against the universe, where known."""
        if not signals:
            return []
        row = np.array([self.rows[signal.symbol] for signal in signals], np.int64)
        start_ms: Int64 = np.array([signal.bar_time_ms for signal in signals], np.int64)
        return [
            replace(signal, indicators={**signal.indicators, **known}) if known else signal
            for signal, known in zip(signals, strengths(indicators, row, start_ms), strict=True)
        ]

    def _quality(self, closed: ClosedBars) -> dict[tuple[str, int], str]:
        return {
            (self.symbols[row], start): QUALITY_NAMES[kind]
            for row, start, kind in zip(
                closed.row.tolist(), closed.start_ms.tolist(), closed.quality.tolist(), strict=True
            )
        }


def build_frame(
    timeframe: str, symbols: tuple[str, ...], sessions: MarketSessions, n_watched: int
) -> Frame:
    """Return the evaluation of a timeframe, without history.

    n_watched : symbols whose indicators are watched for crossings.
    """
    tier = TIERS[timeframe]
    anchor: Callable[[int], int] = lambda ms: sessions.anchor_ms(timeframe, ms)  # noqa: E731
    engine = SignalEngine(
        symbols,
        timeframe,
        tier,
        anchor,
        session_bars=bars_between_anchors(sessions, timeframe),
    )
    return Frame(
        timeframe,
        symbols,
        engine,
        Policy(len(symbols), timeframe, tier),
        sessions,
        CrossingWatch(min(n_watched, len(symbols)), timeframe),
    )
