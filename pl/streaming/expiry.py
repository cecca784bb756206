"""Say until when an event is worth showing: as long as its signal may last."""

from functools import lru_cache
from typing import Final

import numpy as np

from pl.market.sessions import MarketSessions
from pl.market.timeframes import end_after, end_of, session_from
from pl.signals.combos.author import TIER
from pl.signals.entries import Chosen, Entries
from pl.signals.signal import Signal
from pl.signals.timeframes import TIMEFRAME_MS

AT_ONCE: Final = 4_096
"""Bars and horizons that are remembered: those of a close are few."""


class Expiry:
    """Know when the bar closes that would end a signal, by the sessions of its market."""

    def __init__(self, sessions: MarketSessions) -> None:
        self._sessions = sessions
        self._known = lru_cache(AT_ONCE)(self._computed)

    def at(self, signal: Signal) -> float:
        """Return when the last bar that a signal may see closes, unix seconds.

        It is that of a symbol with a trade in every bar; of a combo not after its session.
        """
        return self._last_ms(signal) / 1000

    def over(self, entries: Entries, at: Chosen, timeframe: str, tier: str, now_ms: int) -> Chosen:
        """Return those of the entries at `at` whose signals can see no bar after `now_ms`.

        entries : of one timeframe and tier; only those old enough are written out.
        """
        born_ms, place = np.unique(entries.born_ms[at], return_inverse=True)
        soonest = [self._known(timeframe, born, 1, tier == TIER) for born in born_ms.tolist()]
        able = at[(np.array(soonest, np.int64) <= now_ms)[place]]
        ended = [self._last_ms(signal) <= now_ms for signal in entries.signals(able.tolist())]
        return able[np.array(ended, np.bool_)]

    def _last_ms(self, signal: Signal) -> int:
        of_session = signal.tier == TIER
        return self._known(signal.timeframe, signal.born_ms, signal.horizon_bars, of_session)

    def _computed(self, timeframe: str, born_ms: int, horizon_bars: int, of_session: bool) -> int:
        try:
            last_ms = end_after(self._sessions, timeframe, born_ms, horizon_bars)
        except ValueError:  # years of weeks lie behind the calendar's end
            away_ms = horizon_bars * TIMEFRAME_MS[timeframe]
            last_ms = end_of(self._sessions, timeframe, born_ms) + away_ms
        if of_session:
            return min(last_ms, session_from(self._sessions, born_ms).close_ms)
        return last_ms
