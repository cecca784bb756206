"""What a close sets in motion: signals, alerts, messages, rows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

import numpy as np

from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_PARTIAL,
    ClosedBars,
    Int64,
)
from pl.market.sessions import MarketSessions
from pl.signals.crossings import MEMORY_BARS, CrossingWatch
from pl.signals.engine import SignalEngine
from pl.signals.entries import Entries
from pl.signals.policy import Policy
from pl.signals.storm import MOST_EVENTS, surest
from pl.signals.table import IndicatorTable
from pl.signals.universe import Universe
from pl.store.closes import Close
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters
from pl.streaming.findings import Findings
from pl.streaming.quotes import QuoteBoard
from pl.streaming.road import Load
from pl.streaming.session import NO_SESSION
from pl.streaming.told import Told, count_ends
from pl.streaming.watch import Gap

OF_AN_EARLIER_RUN: Final = "late for a minute of an earlier run"

OrderRepair = Callable[[Gap, tuple[str, ...]], None]


class Carrier(Protocol):
    """Take what a close found, in order; see `Road`."""

    def submit(self, load: Load, /) -> None:
        """Queue a load."""


class Store(Protocol):
    """Take what a close leaves behind, in order; see `Writer`."""

    def submit(self, close: Close, /) -> None:
        """Queue a close."""


@dataclass(slots=True)
class Closing:
    """Pass closed bars on, events first.

    last_start_ms : (n_symbols,) start of each symbol's last evaluated bar; history_ms : the same
    when this run began;
    floor_ms : minutes before it belong to an earlier run or to history; a bar of theirs that
    this run pieced together from late trades is not true, so it is fetched instead; without REST
    (`order_repair` is None) it stays partial, and is dropped where a bar was known already;
    alerts_from_ms : bars before it alert nobody (history that a first start had to wait for);
    crossings : used by the road's thread alone once bars pass; session_id : names the session.
    """

    engine: SignalEngine
    policy: Policy
    sessions: MarketSessions
    road: Carrier
    writer: Store
    announcer: Announcer
    board: QuoteBoard
    counters: Counters
    order_repair: OrderRepair | None
    clock: Callable[[], float]
    last_start_ms: Int64
    floor_ms: int = 0
    alerts_from_ms: int = 0
    through_ms: int = 0
    universe: Universe = field(default_factory=Universe)
    told: Told = field(default_factory=Told)
    session_id: Callable[[], str] = lambda: NO_SESSION
    crossings: CrossingWatch = field(init=False)
    rows: dict[str, int] = field(init=False)
    history_ms: Int64 = field(init=False)

    def __post_init__(self) -> None:
        self.rows = {symbol: row for row, symbol in enumerate(self.announcer.symbols)}
        self.history_ms = self.last_start_ms.copy()
        n_watched = min(self.announcer.indicator_rows, len(self.rows))
        self.crossings = CrossingWatch(n_watched, self.announcer.timeframe)

    def recall(self) -> None:
        """Learn from the engine's history what was signalled before this run."""
        self.policy.recall(self.engine.recent(self.policy.memory_bars))
        for row in range(self.crossings.n_rows):
            self.crossings.recall(self.engine.latest_rows(row, MEMORY_BARS))

    def begin(self, floor_ms: int, alerts_from_ms: int) -> None:
        """Take what was evaluated so far as history, and minutes before `floor_ms` as others'."""
        self.floor_ms, self.alerts_from_ms = floor_ms, alerts_from_ms
        self.history_ms = self.last_start_ms.copy()

    def pass_on(self, closed: ClosedBars, received_at: float) -> None:
        """Evaluate bars sorted by (start_ms, row) and hand on what follows from them.

        received_at : unix seconds, arrival of the frame that completed them.
        """
        self.catch_up(self._fetched_instead(closed), received_at)

    def catch_up(self, closed: ClosedBars, received_at: float) -> None:
        """Do the same for bars that history vouches for, whenever they began."""
        if not len(closed):
            return
        update = self.engine.update(self._numbered(closed.take(self._in_session(closed))))
        self.universe.compare(update.indicators)
        found = self._alerts(update.entries, closed, update.indicators)
        self.through_ms = max(self.through_ms, int(closed.start_ms[-1]))
        now = self.clock()
        follow_up = partial(self._follow_up, closed, update.indicators, now)
        self.road.submit(Load(found, received_at, now, self.through_ms, follow_up))
        self.board.closed(closed)
        self.counters.bars += int((closed.revision == 0).sum())
        self.counters.revisions += int((closed.revision > 0).sum())

    def _follow_up(self, closed: ClosedBars, indicators: IndicatorTable, at: float) -> None:
        """Tell and store what nobody waits for; runs on the road's thread."""
        self.announcer.bars(closed, at)
        self.writer.submit(Close(closed, indicators))
        self.announcer.indicators(indicators, at)
        crossed = self.crossings.look(indicators).since(self.alerts_from_ms)
        self.announcer.crossings(crossed, self.session_id(), at)

    def _in_session(self, closed: ClosedBars) -> np.ndarray:
        return self.sessions.regular(closed.start_ms)

    def _numbered(self, bars: ClosedBars) -> ClosedBars:
        """Give a bar that comes after a later one of its symbol at least revision 1.

        A fetched one that comes again with the same values must stay the same.
        """
        late = (bars.start_ms < self.last_start_ms[bars.row]) & (bars.revision == 0)
        late &= bars.quality != QUALITY_BACKFILLED
        np.maximum.at(self.last_start_ms, bars.row, bars.start_ms)
        return replace(bars, revision=np.where(late, 1, bars.revision).astype(np.int32))

    def _alerts(self, entries: Entries, closed: ClosedBars, indicators: IndicatorTable) -> Findings:
        told = self.policy.choose(entries)
        told = told.take(np.flatnonzero(told.bar_time_ms >= self.alerts_from_ms))
        told = told.take(self.told.places(told))
        calmed = told.take(surest(told, MOST_EVENTS))
        ends, told_ends = count_ends(entries), count_ends(calmed)
        n_found = len(calmed) - sum(told_ends.values())
        self.counters.ended.update(ends)
        self.counters.held_storm += len(told) - len(calmed)
        self.counters.held_back += len(entries) - sum(ends.values()) - n_found
        self.counters.patterns += len(calmed)
        return Findings(calmed, closed, indicators)

    def _fetched_instead(self, closed: ClosedBars) -> ClosedBars:
        untrue = (closed.start_ms < self.floor_ms) & (closed.quality == QUALITY_PARTIAL)
        if not untrue.any():
            return closed
        if self.order_repair is None:
            known = untrue & (closed.start_ms <= self.history_ms[closed.row])
            self.counters.dropped[OF_AN_EARLIER_RUN] += int(known.sum())
            return closed.take(~known)
        for row, start_ms in zip(
            closed.row[untrue].tolist(), closed.start_ms[untrue].tolist(), strict=True
        ):
            gap = Gap(start_ms, start_ms + MINUTE_MS)
            self.order_repair(gap, (self.announcer.symbols[row],))
        return closed.take(~untrue)
