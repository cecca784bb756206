"""Say which combos stand on the bars of one symbol, from the bars that are held alone."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import DAY_COLUMN
from pl.signals.combos.days import Days
from pl.signals.combos.declaration import Combo, Fires, Holds
from pl.signals.combos.hit import ComboHit
from pl.signals.combos.judge import Place, first_after, first_beyond, judge
from pl.signals.combos.setups import SIDES, allows, setup_of
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_OF
from pl.signals.evaluation import count_changes, session_starts
from pl.signals.history import find
from pl.signals.signal import Signal

ATR: Final = DAY_COLUMN["atr_14"]
MINUTE_MS: Final = 60_000

Fired = dict[int, list[Signal]]
"""Entries of the intraday log by the start of their bar, unix ms."""


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
        firsts = session_starts(history, row, begin, n, self._session_open).tolist()
        ends = [*firsts[1:], n]
        found: list[ComboHit] = []
        for first, end in zip(firsts, ends, strict=True):
            opened = self._session_open(int(history.start[row, first]))
            session = Session(row, opened, first, end)
            found += self._session(session, begin, fired)
        return [self.recount(hit) for hit in found]

    def at(
        self, number: int, side: int, row: int, start_ms: int, fired: Signal | None
    ) -> ComboHit | None:
        """Return the hit of one combo at the bar of a row that began at `start_ms`."""
        history = self._engine.history
        opened = self._session_open(start_ms)
        place = Place(row, find(history, row, opened), find(history, row, start_ms))
        return self._judge(number, side, opened, place, fired)

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
        entries = self._engine.standing(row, n_bars)
        fired: Fired = {}
        for place in np.flatnonzero(np.isin(entries.kind, list(TRIGGERING))).tolist():
            fired.setdefault(int(entries.bar_time_ms[place]), []).append(entries.write(place))
        return fired

    def _session(self, session: Session, begin: int, fired: Fired) -> Iterator[ComboHit]:
        for number in self._combos:
            combo = COMBOS[number]
            if isinstance(combo.trigger, Fires):
                yield from self._by_entries(number, combo.trigger, session, begin, fired)
            else:
                yield from self._by_level(number, combo, session, begin)

    def _by_level(
        self, number: int, combo: Combo, session: Session, begin: int
    ) -> Iterator[ComboHit]:
        row, opened, first, end = session
        history = self._engine.history
        days = self._days.before(row, opened)
        setup = setup_of(combo, combo.direction, days, 0, (), self._days.ages(opened))
        if setup is None:
            return
        if isinstance(combo.trigger, Holds):
            until = opened + combo.trigger.minutes * MINUTE_MS
            i = first_after(history, row, first, end, until)
        else:
            i = first_beyond(history, row, first, end, setup.level, combo.direction)
        if not begin <= i < end:
            return
        hit = self._judge(number, combo.direction, opened, Place(row, first, i), None)
        if hit is not None:
            yield hit

    def _by_entries(
        self, number: int, trigger: Fires, session: Session, begin: int, fired: Fired
    ) -> Iterator[ComboHit]:
        row, opened, first, end = session
        starts = self._engine.history.start[row]
        for i in range(max(first, begin), end):
            for side, signal in best_of(number, trigger, fired.get(int(starts[i]), ())):
                hit = self._judge(number, side, opened, Place(row, first, i), signal)
                if hit is not None:
                    yield hit

    def _judge(
        self, number: int, side: int, opened: int, place: Place, fired: Signal | None
    ) -> ComboHit | None:
        days = self._days.before(place.row, opened)
        ages = self._days.ages(opened)
        found = self._days.found(place.row)
        setup = setup_of(COMBOS[number], side, days, 0, found, ages)
        if setup is None:
            return None
        day_range = float(days.values[0, ATR])
        return judge(number, side, setup, self._engine.history, place, day_range, fired)


def best_of(
    number: int, trigger: Fires, fired: "list[Signal] | tuple[()]"
) -> Iterator[tuple[int, Signal]]:
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
    return count_changes(history, row, i)
