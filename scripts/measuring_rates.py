"""Measure how often each pattern fires on recorded bars and on random walks of their moves.

Days and weeks are walked by their own moves in drawn order. Hours change places with those of the
same time of day and quarter of a year, so that the walk keeps the day's course of volume and
ranges. Bars of 1, 5 and 15 minutes are those of the sessions that `measuring_combos` draws, each
minute among the recorded ones of the same time of day.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Int64
from pl.market.coarser import coarser
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.entries import KIND_NAMES, KIND_OF, LIVES, Chosen, Entries
from pl.signals.pattern import IN_SESSION
from pl.signals.policy import FALLBACK, RULES, TIER_OF, Rule
from pl.signals.registry import PATTERNS
from pl.signals.signal import CONFIRMED
from pl.signals.table import EngineUpdate
from scripts import measuring_combos
from scripts.measuring_combos import SYMBOLS, Drawn
from scripts.recorded_series import (
    Frames,
    daily_bars,
    engine_of,
    hour_bars,
    judge,
    longer_bars,
    minute_bars,
    new_york,
    shuffled,
    weekly_bars,
)
from scripts.writing_rates import Bars, Rows, write_candles, write_module

SEED: Final = 20_261
IS_CONFIRMED: Final = LIVES.index(CONFIRMED)
AT_ONCE: Final = 50_000
"""Bars judged in one go."""
READ: Final[dict[str, Callable[[Path], Frames]]] = {
    "1min": minute_bars,
    "5min": longer_bars("5min"),
    "15min": longer_bars("15min"),
    "1hour": hour_bars,
    "daily": daily_bars,
    "weekly": weekly_bars,
}


WALKED_IN_MINUTES: Final = frozenset({"1min", "5min", "15min"})


@dataclass(slots=True)
class Tally:
    """Count finds of each kind: all, those sure enough for an alert, and the bars looked at."""

    timeframe: str
    n_bars: int = 0
    all: Int64 = field(default_factory=lambda: np.zeros(len(KIND_NAMES), np.int64))
    alerts: Int64 = field(default_factory=lambda: np.zeros(len(KIND_NAMES), np.int64))
    candles: Int64 = field(default_factory=lambda: np.zeros(len(CANDLE_NAMES), np.int64))

    def take(self, entries: Entries) -> None:
        """Count the finds of a log."""
        places = first_told(entries)
        kind, confidence = entries.kind[places], entries.confidence[places]
        least = np.array([rule_of(name, self.timeframe).min_confidence for name in KIND_NAMES])
        self.all += np.bincount(kind, minlength=len(KIND_NAMES))
        self.alerts += np.bincount(kind[confidence >= least[kind]], minlength=len(KIND_NAMES))

    def look(self, update: EngineUpdate) -> None:
        """Count an update's bars, finds and candlesticks."""
        self.take(update.entries)
        fired = update.indicators.candles[:, 0]
        self.n_bars += len(fired)
        self.candles += [int((fired >> bit & 1).sum()) for bit in range(len(CANDLE_NAMES))]

    def of(self, name: str) -> tuple[int, int]:
        """Return how often a pattern was found, and how often surely enough for an alert."""
        return int(self.all[KIND_OF[name]]), int(self.alerts[KIND_OF[name]])


def write_rates(home: Path, folder: Path) -> None:
    """Measure on the data below `home`; write a module a timeframe into `folder`."""
    walks = measuring_combos.drawn(home, np.random.default_rng(SEED))
    for place, (timeframe, read) in enumerate(READ.items()):
        dice, recorded = np.random.default_rng([SEED, place]), read(home)
        real = tally(judge(recorded, timeframe), timeframe)
        random = tally(walked(recorded, walks, timeframe, dice), timeframe)
        combos = combo_tallies(home, walks, timeframe) if timeframe in IN_SESSION else []
        rows = dict(rates_of(pattern_names(timeframe), real, random))
        rows |= dict(rates_of(measuring_combos.names_on(timeframe), *combos)) if combos else {}
        n_combo = Bars(combos[0].n_bars, combos[1].n_bars) if combos else None
        write_module(folder, timeframe, Bars(real.n_bars, random.n_bars), n_combo, rows)
        if timeframe == "daily":
            rates = [(1000.0 * t.candles / t.n_bars).tolist() for t in (real, random)]
            write_candles(folder, dict(zip(CANDLE_NAMES, zip(*rates, strict=True), strict=True)))


def pattern_names(timeframe: str) -> list[str]:
    """Return the patterns of a timeframe, combos left out."""
    return [p.name for p in PATTERNS if timeframe in p.timeframes] + list(CHART_NAMES)


def rates_of(names: Iterable[str], real: Tally, random: Tally) -> Iterator[tuple[str, Rows]]:
    """Yield each pattern's fires per 1,000 bars: real, then random."""
    for name in names:
        yield name, tuple(1000.0 * n / one.n_bars for one in (real, random) for n in one.of(name))


def combo_tallies(home: Path, walks: Drawn, timeframe: str) -> list[Tally]:
    """Count the combos of recorded and of walked sessions."""
    found = []
    for n_bars, logs in (
        measuring_combos.recorded_logs(home, timeframe),
        measuring_combos.logs(walks.days, walks.minutes, timeframe),
    ):
        found.append(Tally(timeframe, n_bars))
        for entries in logs:
            found[-1].take(entries)
    return found


def walked(
    recorded: Frames, walks: Drawn, timeframe: str, dice: np.random.Generator
) -> Iterator[EngineUpdate]:
    """Judge random walks."""
    if timeframe in WALKED_IN_MINUTES:
        yield from walked_minutes(walks.minutes, timeframe)
        return
    for one in recorded:
        slot = one["slot"].to_numpy() if "slot" in one else np.zeros(len(one), np.int64)
        yield from judge([shuffled(one, slot, dice)], timeframe)


def walked_minutes(minutes: ClosedBars, timeframe: str) -> Iterator[EngineUpdate]:
    """Judge the minutes of walks, folded to a timeframe."""
    bars = minutes if timeframe == "1min" else coarser(minutes, timeframe, new_york())
    engine = engine_of(SYMBOLS, timeframe, 0)
    for begin in range(0, len(bars), AT_ONCE):
        yield engine.update(bars.take(np.arange(begin, min(begin + AT_ONCE, len(bars)))))


def tally(updates: Iterable[EngineUpdate], timeframe: str) -> Tally:
    """Count the finds of all updates."""
    found = Tally(timeframe)
    for update in updates:
        found.look(update)
    return found


def first_told(entries: Entries) -> Chosen:
    """Return the places of entries that say for the first time that a pattern is there."""
    return np.flatnonzero((entries.life == IS_CONFIRMED) & np.isnan(entries.said))


def finds(entries: Entries, name: str) -> Chosen:
    """Return those of one pattern."""
    places = first_told(entries)
    return places[entries.kind[places] == KIND_OF[name]]


def rule_of(name: str, timeframe: str) -> Rule:
    """Return what a pattern needs to become an alert on a timeframe."""
    tiers = (TIER_OF[timeframe], "combo")
    rules = [RULES[name, tier, timeframe] for tier in tiers if (name, tier, timeframe) in RULES]
    return rules[0] if rules else FALLBACK
