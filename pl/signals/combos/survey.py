"""Say which combos stand on the bars of one symbol, from the bars that are held alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.days import Days
from pl.signals.combos.declaration import Combo, Fires, Holds
from pl.signals.combos.hit import ComboHit
from pl.signals.combos.judge import Circumstances, first_after, first_beyond, judge
from pl.signals.combos.measures import Looks
from pl.signals.combos.setups import SIDES, DayRows, allows, setup_of
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_OF
from pl.signals.evaluation import changes_since, session_starts
from pl.signals.history import find
from pl.signals.signal import Signal

MINUTE_MS: Final = 60_000

Fired = dict[int, list[Signal]]
"""Entries of the intraday log by the start of their bar, unix ms."""
Look = tuple[int, int, int, Signal | None]
"""Combo, side, position of the bar, and the entry that may trigger."""


class Session(NamedTuple):
    """Hold the bars [first, end) of a row's session that opened at `open_ms`."""

    row: int
    open_ms: int
    first: int
    end: int


def combos_of(timeframe: str) -> list[int]:
    """Return the numbers of the combos that are judged on a timeframe."""
    return [number for number, combo in enumerate(COMBOS) if timeframe in combo.timeframes]


def triggering_kinds() -> frozenset[int]:
    """Return the kinds of intraday entries that trigger some combo."""
    kinds: set[int] = set()
    for combo in COMBOS:
        if isinstance(combo.trigger, Fires):
            kinds.update(KIND_OF[name] for name in combo.trigger.names)
    return frozenset(kinds)


TRIGGERING: Final = triggering_kinds()


class Survey:
    """Read the intraday engine's and the days' bars; remembers nothing.

    session_open : unix ms -> open of the session at or before it.
    """

    def __init__(
        self,
        engine: SignalEngine,
        days: Days,
        timeframe: str,
        session_open: Callable[[int], int],
    ) -> None:
        self._engine = engine
        self._days = days
        self._combos = combos_of(timeframe)
        self._session_open = session_open

    def hits(self, row: int, from_ms: int) -> list[ComboHit]:
        """Return what stands on the bars of a row from `from_ms` on."""
        history = self._engine.history
        n = int(history.n_bars[row])
        begin = find(history, row, from_ms)
        if begin >= n:
            return []
        fired = self._fired(row, n - begin)
        sessions = session_starts(history, row, begin, n, self._session_open).tolist()
        ends = [*(first for first, _ in sessions[1:]), n]
        found: list[ComboHit] = []
        for (first, opened), end in zip(sessions, ends, strict=True):
            found += self._session(Session(row, opened, first, end), begin, fired)
        return [self.recount(hit) for hit in found]

    def recount(self, hit: ComboHit) -> ComboHit:
        """Return the hit with the changes of its bars as they are now."""
        changes = [
            _changes(self._engine, hit.row, hit.bar.start_ms),
            _changes(self._days.engine, hit.row, hit.setup.day_ms),
        ]
        if -1 in changes:
            return hit._replace(revision=hit.revision + 1)
        return hit._replace(revision=sum(changes))

    def _fired(self, row: int, n_bars: int) -> Fired:
        entries = self._engine.standing(np.array([row]), n_bars)
        fired: Fired = {}
        places = np.flatnonzero(np.isin(entries.kind, list(TRIGGERING))).tolist()
        for signal in entries.signals(places):
            fired.setdefault(signal.bar_time_ms, []).append(signal)
        return fired

    def _session(self, session: Session, begin: int, fired: Fired) -> list[ComboHit]:
        days = self._days.before(session.row, session.open_ms)
        looks = [
            look
            for number in self._combos
            for look in self._looks(number, session, begin, days, fired)
        ]
        if not looks:
            return []
        judged = judge(
            self._engine.history, self._named(looks, session), self._around(looks, session, days)
        )
        return [judged.hit(k) for k in np.flatnonzero(~np.isnan(judged.confidence)).tolist()]

    def _looks(
        self, number: int, session: Session, begin: int, days: DayRows, fired: Fired
    ) -> Iterator[Look]:
        combo = COMBOS[number]
        if not isinstance(combo.trigger, Fires):
            i = self._leaves(combo, session, days)
            if begin <= i < session.end:
                yield number, combo.direction, i, None
            return
        starts = self._engine.history.start[session.row]
        for i in range(max(session.first, begin), session.end):
            for side, signal in best_of(number, combo.trigger, fired.get(int(starts[i]), ())):
                yield number, side, i, signal

    def _leaves(self, combo: Combo, session: Session, days: DayRows) -> int:
        """Return the bar at which a level is judged, the session's end when there is none."""
        row, opened, first, end = session
        history = self._engine.history
        if isinstance(combo.trigger, Holds):
            return first_after(history, row, first, end, opened + combo.trigger.minutes * MINUTE_MS)
        setup = setup_of(combo, combo.direction, days, 0, (), self._days.ages(opened))
        if setup is None:
            return end
        return first_beyond(history, row, first, end, setup.level, combo.direction)

    def _named(self, looks: Sequence[Look], session: Session) -> Looks:
        combo, side, at = np.array([look[:3] for look in looks], np.int64).T
        starts = self._engine.history.start[session.row, at]
        same = np.full(len(looks), session.row, np.int64)
        opened = np.full(len(looks), session.open_ms, np.int64)
        return Looks(np.ascontiguousarray(combo), np.ascontiguousarray(side), same, starts, opened)

    def _around(self, looks: Sequence[Look], session: Session, days: DayRows) -> Circumstances:
        signals = [look[3] for look in looks]
        found = tuple(self._days.found(session.row))

        def fired(k: int) -> Signal:
            signal = signals[k]
            if signal is None:
                raise IndexError(f"look {k}: expected one that an entry triggers")
            return signal

        return Circumstances(
            days.take(np.zeros(len(looks), np.intp)),
            [found] * len(looks),
            self._days.ages,
            np.array([one.confidence if one else np.nan for one in signals], np.float64),
            fired,
        )


def best_of(number: int, trigger: Fires, fired: Sequence[Signal]) -> Iterator[tuple[int, Signal]]:
    """Yield for each side the most confident entry of a bar that may trigger a combo."""
    for side in (1, -1):
        able = [
            signal
            for signal in fired
            if signal.pattern in trigger.names
            and SIDES.get(signal.direction) == side
            and allows(COMBOS[number], side)
        ]
        if able:
            yield side, max(able, key=lambda one: (one.confidence, -KIND_OF[one.pattern]))


def _changes(engine: SignalEngine, row: int, start_ms: int) -> int:
    """Return how often the bars up to one were changed, -1 when it is gone."""
    history = engine.history
    i = find(history, row, start_ms)
    if i >= history.n_bars[row] or int(history.start[row, i]) != start_ms:
        return -1
    return changes_since(history, row, i, float(start_ms))
