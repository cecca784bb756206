"""Fold half hours into hours that count from a session's open, as Streaming stores them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pl.jobs.pieces import HOURLY
from pl.market.batches import ClosedBars
from pl.market.coarser import coarser
from pl.market.sessions import MarketSessions


@dataclass(slots=True)
class SessionHours:
    """Know the sessions; a calendar of fifty years is built when it is first needed."""

    build: Callable[[], MarketSessions]
    _sessions: MarketSessions | None = None
    _building: threading.Lock = field(default_factory=threading.Lock)

    def fold(self, halves: ClosedBars) -> ClosedBars:
        """Return the hours of regular hours, sorted by (start_ms, row); may take a second."""
        with self._building:
            if self._sessions is None:
                self._sessions = self.build()
        regular = halves.take(self._sessions.regular(halves.start_ms))
        return coarser(regular, HOURLY, self._sessions)
