"""Follow the market's sessions: announce them, begin the day's quotes."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from contracts.codec import iso
from contracts.messages.streaming import SessionStarted, SessionStopped
from pl.market.aggregation import MinuteBars
from pl.market.batches import ClosedBars, Float64, Int64
from pl.market.columns import merged
from pl.market.rows import since
from pl.market.sessions import MarketSessions, Session
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters

NO_SESSION: Final = "none"
LOOKED_AT: Final = 512
"""Bars before the day of which one is mostly of regular hours."""


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
    _day_open_ms: int = 0
    _closes: Float64 | None = None

    def begin_day(self, history: Mapping[int, ClosedBars], now_ms: int) -> None:
        """Set previous closes and what the day has traded; call before the feed is let in.

        history : the stored bars of each row, oldest first; now_ms : 0 says nothing.
        """
        if not now_ms:
            return
        session = self.sessions.session_of(now_ms)
        until_ms = session.open_ms if session else now_ms
        self._closes = self._last_regular_closes(history, until_ms)
        if session is not None:
            self._begin(session, _bars_from(history, session.open_ms))
            if now_ms >= session.close_ms:
                self._closes = self._last_regular_closes(history, now_ms)

    def follow(self, now_ms: int) -> None:
        """Begin or end a session when the feed's time says so; 0 says nothing.

        The day's quotes begin with the trading before the open.
        """
        if not now_ms:
            return
        trading = self.sessions.session_of(now_ms)
        session = trading if self.sessions.is_open(now_ms) else None
        if session != self.current:
            self.stop()
        if trading is not None and trading.open_ms > self._day_open_ms:
            self._begin(trading)
        if session is not None and session != self.current:
            self._start(session)

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
        quotes = self.bars.developing()
        self._closes = np.where(np.isnan(quotes.last), quotes.previous_close, quotes.last)

    def _start(self, session: Session) -> None:
        self.current, self.session_id = session, str(uuid.uuid4())
        self._started_at = self.clock()
        self._at_start = (self.counters.ticks, self.counters.bars, self.counters.patterns)
        started = SessionStarted(
            session_id=self.session_id,
            symbol_universe_key=self.universe_key,
            start_time=iso(self._started_at),
            total_symbols=len(self.announcer.symbols),
            market=self.market,
        )
        self.announcer.session_started(started, self._started_at)

    def _begin(self, session: Session, before: ClosedBars | None = None) -> None:
        self._day_open_ms = session.open_ms
        self.bars.begin_day(session.open_ms, session.open_ms, self._closes, before)

    def _last_regular_closes(self, history: Mapping[int, ClosedBars], until_ms: int) -> Float64:
        closes = np.full(len(self.announcer.symbols), np.nan)
        held = [
            (row, bars, int(np.searchsorted(bars.start_ms, until_ms)))
            for row, bars in history.items()
        ]
        newest = [int(bars.start_ms[end - 1]) for _, bars, end in held if end]
        starts = np.unique(np.array(newest, np.int64))
        regular = set(starts[self.sessions.regular(starts)].tolist())
        for row, bars, end in held:
            known = end and int(bars.start_ms[end - 1]) in regular
            last = end - 1 if known else self._last_regular(bars.start_ms[:end])
            if last >= 0:
                closes[row] = bars.close[last]
        return closes

    def _last_regular(self, start_ms: Int64) -> int:
        """Return the place of the last time in regular hours, -1 without any."""
        for looked_at in (start_ms[-LOOKED_AT:], start_ms):
            found = np.flatnonzero(self.sessions.regular(looked_at))
            if len(found):
                return len(start_ms) - len(looked_at) + int(found[-1])
        return -1


def _bars_from(history: Mapping[int, ClosedBars], from_ms: int) -> ClosedBars | None:
    """Return the bars from `from_ms` on, sorted by (start_ms, row)."""
    found = merged([since(history, from_ms)])
    return found if len(found) else None
