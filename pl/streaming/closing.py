"""What a close sets in motion: signals, alerts, messages, rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pl.market.batches import MINUTE_MS, QUALITY_NAMES, QUALITY_PARTIAL, ClosedBars
from pl.market.sessions import MarketSessions
from pl.signals.engine import SignalEngine
from pl.signals.policy import Policy
from pl.signals.signal import Signal
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters
from pl.streaming.quotes import QuoteBoard
from pl.streaming.road import Load, Road
from pl.streaming.watch import Gap
from pl.streaming.writer import Close, Writer

DEFAULT_QUALITY: Final = QUALITY_NAMES[0]

OrderRepair = Callable[[Gap, tuple[str, ...]], None]


@dataclass(slots=True)
class Closing:
    """Pass closed bars on, events first.

    floor_ms : minutes before it were stored by an earlier run; a bar of theirs that this run
    pieced together from late trades is not true, so it is fetched instead.
    """

    engine: SignalEngine
    policy: Policy
    sessions: MarketSessions
    road: Road
    writer: Writer
    announcer: Announcer
    board: QuoteBoard
    counters: Counters
    order_repair: OrderRepair
    clock: Callable[[], float]
    last_start_ms: np.ndarray
    floor_ms: int = 0
    through_ms: int = 0

    def pass_on(self, closed: ClosedBars, received_at: float) -> None:
        """Evaluate bars sorted by (start_ms, row) and hand on what follows from them.

        received_at : unix seconds, arrival of the frame that completed them.
        """
        closed = self._fetched_instead(closed)
        if not len(closed):
            return
        update = self.engine.update(self._numbered(closed.take(self._in_session(closed))))
        found = self._alerts(update.signals, closed)
        self.through_ms = max(self.through_ms, int(closed.start_ms[-1]))
        now = self.clock()
        self.road.submit(Load(found, received_at, now, self.through_ms))
        self.announcer.bars(closed, now)
        self.announcer.indicators(update.indicators, now)
        self.writer.submit(Close(closed, update.indicators))
        self.board.closed(closed)
        self.counters.bars += int((closed.revision == 0).sum())
        self.counters.revisions += int((closed.revision > 0).sum())

    def _in_session(self, closed: ClosedBars) -> np.ndarray:
        return self.sessions.regular(closed.start_ms)

    def _numbered(self, bars: ClosedBars) -> ClosedBars:
        """Give a bar that comes after a later one of its symbol at least revision 1."""
        late = (bars.start_ms < self.last_start_ms[bars.row]) & (bars.revision == 0)
        np.maximum.at(self.last_start_ms, bars.row, bars.start_ms)
        return replace(bars, revision=np.where(late, 1, bars.revision).astype(np.int32))

    def _alerts(self, signals: list[Signal], closed: ClosedBars) -> list[tuple[Signal, str]]:
        if not signals:
            return []
        rulings = self.policy.decide(signals)
        chosen = [ruling.signal for ruling in rulings if ruling.published]
        self.counters.held_back += len(rulings) - len(chosen)
        self.counters.patterns += len(chosen)
        names = self.announcer.symbols
        quality = {
            (names[row], start): QUALITY_NAMES[kind]
            for row, start, kind in zip(
                closed.row.tolist(), closed.start_ms.tolist(), closed.quality.tolist(), strict=True
            )
        }
        return [
            (signal, quality.get((signal.symbol, signal.bar_time_ms), DEFAULT_QUALITY))
            for signal in chosen
        ]

    def _fetched_instead(self, closed: ClosedBars) -> ClosedBars:
        untrue = (closed.start_ms < self.floor_ms) & (closed.quality == QUALITY_PARTIAL)
        if not untrue.any():
            return closed
        for row, start_ms in zip(
            closed.row[untrue].tolist(), closed.start_ms[untrue].tolist(), strict=True
        ):
            gap = Gap(start_ms, start_ms + MINUTE_MS)
            self.order_repair(gap, (self.announcer.symbols[row],))
        return closed.take(~untrue)
