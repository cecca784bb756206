"""Evaluate the closed bars of one timeframe: log, indicators, what the policy lets through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from pl.market.batches import ClosedBars, Int64
from pl.market.sessions import MarketSessions
from pl.market.timeframes import TIERS, bars_between_anchors, ends_of
from pl.signals.candidates import count_one_tick
from pl.signals.crossings import MEMORY_BARS, Crossings, CrossingWatch
from pl.signals.engine import SignalEngine
from pl.signals.entries import Chosen, Entries
from pl.signals.policy import Policy
from pl.signals.storm import MOST_EVENTS, Flags
from pl.signals.table import EngineUpdate, IndicatorTable
from pl.signals.universe import Universe
from pl.signals.walks import Walks
from pl.streaming.choice import choose
from pl.streaming.expiry import Expiry
from pl.streaming.findings import Findings
from pl.streaming.told import Told, count_ends


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Hold what the bars of one timeframe brought.

    entries : the whole log of these bars, whatever the policy makes of it; alerts : what it lets
    through, as far as it is not too many; ended : how many signals of the log ended, by how they
    did; held : how many were told to nobody, by reason (see `choice.HELD`); refused : what was
    left out, by reason (see `counters.REASONS`).
    """

    timeframe: str
    bars: ClosedBars
    indicators: IndicatorTable
    entries: Entries
    alerts: Findings
    ended: Mapping[str, int]
    held: Mapping[str, int]
    refused: Mapping[str, int]


@dataclass(slots=True)
class Frame:
    """Hold what the evaluation of a timeframe knows.

    alerts_from_ms : (n_symbols,) what closed by then alerts nobody, because a first start had to
    wait for it, or because its symbol was not watched then;
    reached_ms : the market's time, by which what expired alerts nobody;
    take : takes the bars for the engine, where somebody stands before it.
    """

    timeframe: str
    symbols: tuple[str, ...]
    engine: SignalEngine
    policy: Policy
    sessions: MarketSessions
    crossings: CrossingWatch
    universe: Universe = field(default_factory=Universe)
    told: Told = field(default_factory=Told)
    take: Callable[[ClosedBars], EngineUpdate] | None = None
    reached_ms: int = 0
    alerts_from_ms: Int64 = field(init=False)
    _expiry: Expiry = field(init=False)

    def __post_init__(self) -> None:
        self.alerts_from_ms = np.zeros(len(self.symbols), np.int64)
        self._expiry = Expiry(self.sessions)

    def warm(self, history: Mapping[int, ClosedBars], walks: Walks | None = None) -> None:
        """Take over history, oldest first by row, and what was signalled in it.

        walks : what is known already of the rows that hold the same bars.
        """
        self.engine.warm_all(history, walks)
        self.policy.recall(self.engine.recent(self.policy.memory_bars))
        watched = np.arange(self.crossings.n_rows)
        table = self.engine.latest_rows(watched, MEMORY_BARS)
        self.crossings.recall(table, self.engine.history)

    def in_time(self, entries: Entries) -> Flags:
        """Tell which entries are of bars that closed late enough to alert somebody, (n,)."""
        if not self.alerts_from_ms.any():
            return np.ones(len(entries), np.bool_)
        ends = ends_of(self.sessions, self.timeframe, entries.bar_time_ms)
        return np.asarray(ends > self.alerts_from_ms[entries.row], np.bool_)

    def over(self, tier: str, entries: Entries, at: Chosen) -> Chosen:
        """Return those of a tier's entries at `at` that had expired when their bars came."""
        return self._expiry.over(entries, at, self.timeframe, tier, self.reached_ms)

    def evaluate(self, bars: ClosedBars, most: int = MOST_EVENTS) -> Evaluated:
        """Evaluate bars sorted by (start_ms, row); at most so many events come of them.

        Half of them may be alerts, because each alert ends some day.
        """
        update = (self.take or self.engine.update)(bars)
        self.universe.compare(update.indicators, self.engine.history)
        entries = update.entries
        choice = choose(
            self.policy,
            self.told,
            entries,
            self.in_time(entries),
            most // 2,
            most,
            partial(self.over, TIERS[self.timeframe]),
        )
        alerts = Findings(choice.told, bars, update.indicators)
        ended = count_ends(update.entries)
        return Evaluated(
            self.timeframe,
            bars,
            update.indicators,
            update.entries,
            alerts,
            ended,
            choice.held,
            {**update.refused, "one_tick": count_one_tick(bars)},
        )

    def cross(self, indicators: IndicatorTable) -> Crossings:
        """Return which lines the indicators of a close crossed, once it was evaluated."""
        return self.crossings.look(indicators, self.engine.history)


def build_frame(
    timeframe: str, symbols: tuple[str, ...], sessions: MarketSessions, n_watched: int
) -> Frame:
    """Return the evaluation of a timeframe, without history.

    n_watched : symbols whose indicators are watched for crossings.
    """
    tier = TIERS[timeframe]
    engine = SignalEngine(
        symbols,
        timeframe,
        tier,
        lambda ms: sessions.anchor_ms(timeframe, ms),
        session_bars=bars_between_anchors(sessions, timeframe),
        session_of=lambda ms: sessions.anchor_ms("1min", ms),
    )
    return Frame(
        timeframe,
        symbols,
        engine,
        Policy(len(symbols), timeframe, tier),
        sessions,
        CrossingWatch(min(n_watched, len(symbols)), timeframe),
    )
