"""Say which combos stand on the bars of one symbol, from the bars that are held alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from pl.market.batches import Int64
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.days import Days
from pl.signals.combos.declaration import Combo, Fires, Holds
from pl.signals.combos.hit import ComboHit, Identity, identity
from pl.signals.combos.judge import Circumstances, first_after, first_beyond, judge
from pl.signals.combos.living import FOREVER, TradeEnds, endings_at, live_on, trades_of
from pl.signals.combos.measures import Looks
from pl.signals.combos.setups import SIDES, DayRows, allows, setup_of
from pl.signals.endings import Ending
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_OF, Brief
from pl.signals.evaluation import changes_since, session_starts
from pl.signals.history import find
from pl.signals.life import LASTING, LONGEST_HIT
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


class Lived(NamedTuple):
    """Hold hits and how those ended that did; session_ms : opens of the hits' sessions."""

    hits: dict[Identity, ComboHit]
    ends: dict[Identity, Ending]
    session_ms: list[int]

    def lasting(self) -> tuple[list[ComboHit], list[int]]:
        """Return the hits that have not ended, and the opens of their sessions."""
        open_ = [
            (hit, opened)
            for (name, hit), opened in zip(self.hits.items(), self.session_ms, strict=True)
            if name not in self.ends
        ]
        return [hit for hit, _ in open_], [opened for _, opened in open_]


NOTHING_LIVED: Final = Lived({}, {}, [])


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

    def lived(self, row: int, from_ms: int) -> Lived:
        """Return what stands on the bars of a row from `from_ms` on, or was open there."""
        history = self._engine.history
        n, position = int(history.n_bars[row]), find(history, row, from_ms)
        begin = max(position - 1, 0)
        if begin >= n:
            return NOTHING_LIVED
        sessions = session_starts(history, row, begin, n, self._session_open).tolist()
        begin = max(position - LONGEST_HIT, sessions[0][0])
        fired = self._fired(row, n - begin)
        hits: list[ComboHit] = []
        of_session: list[tuple[int, int]] = []
        ends = [*(first for first, _ in sessions[1:]), n]
        for (first, opened), end in zip(sessions, ends, strict=True):
            until_ms = int(history.start[row, end]) if end < n else FOREVER
            found = self._session(Session(row, opened, first, end), begin, fired)
            hits += [self.recount(hit) for hit in found]
            of_session += [(opened, until_ms)] * len(found)
        return self._ended(hits, of_session)

    def _ended(self, hits: list[ComboHit], of_session: list[tuple[int, int]]) -> Lived:
        """Return hits and how they ended; of_session : its open and the bar after it, by hit."""
        if not hits:
            return NOTHING_LIVED
        session_ms = [opened for opened, _ in of_session]
        trades = trades_of(hits, session_ms)
        trades.until_ms[:] = [until_ms for _, until_ms in of_session]
        ends = TradeEnds.of(len(hits))
        is_over = self._days.is_over(trades.row, trades.session_ms)
        live_on(self._engine.history, trades, is_over, ends)
        ended = np.flatnonzero(ends.life != LASTING)
        endings = zip(ended.tolist(), endings_at(trades, ends, ended), strict=True)
        return Lived(
            {identity(hit): hit for hit in hits},
            {identity(hits[k]): ending for k, ending in endings},
            session_ms,
        )

    def recount(self, hit: ComboHit) -> ComboHit:
        """Return the hit with the changes of its bars, and of those after it, as they are now."""
        changes = [
            _changes(self._engine, hit.row, hit.bar.start_ms, to_the_end=True),
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
        begun = judged.begun(judged.triggered())
        return begun.write(np.arange(len(begun)))

    def _looks(
        self, number: int, session: Session, begin: int, days: DayRows, fired: Fired
    ) -> Iterator[Look]:
        combo = COMBOS[number]
        if not isinstance(combo.trigger, Fires):
            i = self._leaves(combo, session, days)
            if i < session.end:
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

        def fired(places: Int64) -> Brief:
            return Brief.of([one for k in places.tolist() if (one := signals[k]) is not None])

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


def _changes(engine: SignalEngine, row: int, start_ms: int, *, to_the_end: bool = False) -> int:
    """Return how often the bars up to one, or up to the last, were changed; -1 when it is gone."""
    history = engine.history
    i = find(history, row, start_ms)
    if i >= history.n_bars[row] or int(history.start[row, i]) != start_ms:
        return -1
    last = int(history.n_bars[row]) - 1 if to_the_end else i
    return changes_since(history, row, last, float(start_ms))
