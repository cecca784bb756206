"""Follow the market's sessions: announce them, begin the day's quotes."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from contracts.codec import iso
from contracts.messages.streaming import SessionStarted, SessionStopped
from pl.market.aggregation import MinuteBars
from pl.market.batches import ClosedBars, Float64
from pl.market.sessions import MarketSessions, Session
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters

NO_SESSION: Final = "none"


@dataclass(slots=True)
class SessionFollower:
    """Know the running session; `session_id` names it on every message."""

    sessions: MarketSessions
    bars: MinuteBars
    announcer: Announcer
    counters: Counters
    universe_key: str
    market: str
    clock: Callable[[], float]
    session_id: str = NO_SESSION
    current: Session | None = None
    _started_at: float = 0.0
    _at_start: tuple[int, int, int] = field(default=(0, 0, 0))

    def is_open(self, now_ms: int) -> bool:
        """Return whether the market trades in regular hours at the feed's time."""
        return self.sessions.is_open(now_ms)

    def follow(self, now_ms: int) -> None:
        """Begin or end a session when the feed's time says so."""
        session = self.sessions.session_of(now_ms) if self.sessions.is_open(now_ms) else None
        if session == self.current:
            return
        if self.current is not None:
            self.stop()
        if session is not None:
            self._start(session)

    def begin_day(self, history: dict[int, ClosedBars], now_ms: int) -> None:
        """Set previous closes from history; call once before the feed is let in."""
        session = self.sessions.session_of(now_ms)
        open_ms = session.open_ms if session else self.sessions.anchor_ms("1min", now_ms)
        closes = _previous_closes(history, open_ms, len(self.announcer.symbols))
        self.bars.begin_day(open_ms, open_ms, closes)

    def stop(self) -> None:
        """Announce the end of the running session with its totals."""
        if self.current is None:
            return
        ticks, bars, patterns = self._at_start
        now = self.clock()
        stopped = SessionStopped(
            session_id=self.session_id,
            symbol_universe_key=self.universe_key,
            start_time=iso(self._started_at),
            end_time=iso(now),
            total_symbols=len(self.announcer.symbols),
            total_ticks=self.counters.ticks - ticks,
            total_bars=self.counters.bars - bars,
            total_patterns=self.counters.patterns - patterns,
            market=self.market,
        )
        self.announcer.session_stopped(stopped, now)
        self.current, self.session_id = None, NO_SESSION

    def _start(self, session: Session) -> None:
        first_today = self._started_at == 0.0
        self.current, self.session_id = session, str(uuid.uuid4())
        self._started_at = self.clock()
        self._at_start = (self.counters.ticks, self.counters.bars, self.counters.patterns)
        if not first_today:
            closes = self.bars.developing().last
            self.bars.begin_day(session.open_ms, session.open_ms, closes)
        started = SessionStarted(
            session_id=self.session_id,
            symbol_universe_key=self.universe_key,
            start_time=iso(self._started_at),
            total_symbols=len(self.announcer.symbols),
            market=self.market,
        )
        self.announcer.session_started(started, self._started_at)


def _previous_closes(history: dict[int, ClosedBars], open_ms: int, n_symbols: int) -> Float64:
    closes = np.full(n_symbols, np.nan)
    for row, bars in history.items():
        before = int(np.searchsorted(bars.start_ms, open_ms))
        if before:
            closes[row] = bars.close[before - 1]
    return closes
