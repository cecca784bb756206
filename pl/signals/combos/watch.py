"""Watch closed intraday bars for triggers of combos, all symbols at once."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import ClosedBars, Float64, Int64
from pl.signals.bars import CLOSE
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import score_of
from pl.signals.combos.days import NO_DAY, Days
from pl.signals.combos.declaration import Conditions, Fires, Found, Holds, Level
from pl.signals.combos.held import columns_of
from pl.signals.combos.judge import first_after, first_beyond
from pl.signals.combos.levels import LEVEL_OF
from pl.signals.combos.reach import Reach, Watched, leave
from pl.signals.combos.survey import MINUTE_MS, combos_of
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_NAMES, LIVES, Entries
from pl.signals.history import find
from pl.signals.hits import NEUTRAL
from pl.signals.signal import CONFIRMED
from pl.signals.timeframes import TIMEFRAME_MS

Flags = npt.NDArray[np.bool_]
Candidate = tuple[int, int, int, int, int]
"""Place of the bar in the batch, combo, side, row, and place of the entry or -1."""

IS_CONFIRMED: Final = LIVES.index(CONFIRMED)


class TriggerWatch:
    """Know the setups of the running session, and find the bars that may trigger them.

    What it finds is looked at closely by `Survey`, which is the one that decides.
    """

    def __init__(
        self, engine: SignalEngine, days: Days, timeframe: str, session_open: Callable[[int], int]
    ) -> None:
        self._engine = engine
        self._days = days
        self._session_open = session_open
        self._bar_ms = TIMEFRAME_MS[timeframe]
        combos = combos_of(timeframe)
        self._levels = [n for n in combos if isinstance(COMBOS[n].setup, Level)]
        self._fires = [n for n in combos if isinstance(COMBOS[n].trigger, Fires)]
        self._kinds = np.array([_kinds(n) for n in self._fires])
        self._triggering: Flags = np.asarray(self._kinds.any(axis=0))
        self._wants = np.array([combo.direction for combo in COMBOS], np.int64)
        n_rows = len(engine.history.n_bars)
        self.session_ms = NO_DAY
        self.reach = Reach.nowhere(n_rows)
        self._watched = Watched(
            np.full((len(self._levels), n_rows), np.nan),
            np.array([float(COMBOS[n].direction) for n in self._levels]),
            np.array([_hold_ms(n) for n in self._levels], np.int64),
        )
        self._armed: Flags = np.zeros((len(self._fires), n_rows), np.bool_)

    def recall(self) -> None:
        """Learn from the engines' histories, after they were warmed."""
        for row in range(len(self.reach.session_ms)):
            self.reread(row)
        self.session_ms = int(self.reach.session_ms.max(initial=NO_DAY))
        self.arm()

    def reread(self, row: int) -> None:
        """Read how far a row has come from the bars it holds, after a change."""
        history, reach = self._engine.history, self.reach
        n = int(history.n_bars[row])
        if n == 0:
            reach.session_ms[row] = reach.last_ms[row] = NO_DAY
            return
        last = int(history.start[row, n - 1])
        opened = self._session_open(last)
        closes = columns_of(history, row)[find(history, row, opened) : n, CLOSE]
        reach.session_ms[row], reach.last_ms[row] = opened, last
        reach.top[row], reach.bottom[row] = closes.max(), closes.min()

    def arm(self) -> None:
        """Take the setups of the running session from the days as they are now."""
        if self.session_ms == NO_DAY:
            return
        last = self._days.last
        opens = self._days.ages(self.session_ms).opens
        fresh = (last.start_ms > opens[1]) & (last.start_ms <= opens[0])
        for place, number in enumerate(self._levels):
            setup = COMBOS[number].setup
            if not isinstance(setup, Level):
                continue
            price = last.levels.price[:, LEVEL_OF[setup]]
            self._watched.price[place] = np.where(fresh, price, np.nan)
        has_found = self._days.found_rows(self.session_ms)
        for place, number in enumerate(self._fires):
            setup = COMBOS[number].setup
            if isinstance(setup, Conditions):
                self._armed[place] = fresh & (score_of(setup, last.values) > 0.0)
            elif isinstance(setup, Found):
                self._armed[place] = has_found[setup]

    def is_special(self, row: Int64, opened: int) -> Flags:
        """Tell which rows' next bars are judged by what is held: of a session that is over, or
        when a day is known that is not over by then."""
        if opened > self.session_ms:
            self.session_ms = opened
            self.arm()
        late = opened < self.session_ms
        before = self._days.ages(opened).opens[0]
        return np.asarray((self._days.last.start_ms[row] > before) | late, np.bool_)

    def by_level(self, bars: ClosedBars, at: Int64) -> Int64:
        """Take the bars at places of a batch; return those that may have left a level.

        Columns of (5, n): place of the bar, combo, side, row, and -1.
        """
        found: list[Candidate] = []
        edges = np.flatnonzero(np.diff(bars.start_ms[at]) != 0) + 1
        for group in np.split(at, edges):
            if len(group):
                row = bars.row[group].astype(np.int64)
                left = self._step(row, int(bars.start_ms[group[0]]), bars.close[group])
                found += [
                    (int(group[j]), number, COMBOS[number].direction, int(row[j]), -1)
                    for number, j in left
                ]
        return np.array(found, np.int64).reshape(-1, 5).T

    def by_entries(self, entries: Entries, bars: ClosedBars, at: Int64) -> Int64:
        """Return which entries may trigger which combo on which of the bars at places of a batch.

        Columns of (5, n): place of the bar, combo, side, row, and place of the entry.
        """
        combo, side, row, which = self.triggers(entries)
        place = places_of(bars, at, row, entries.bar_time_ms[which], len(self.reach.top))
        return np.stack([place, combo, side, row, which])[:, place >= 0]

    def triggers(self, entries: Entries) -> tuple[Int64, Int64, Int64, Int64]:
        """Return combo, side, row and place of the entries that may trigger combos, (n,) each.

        Of those of one bar, combo and side it is the most confident.
        """
        plain = (entries.life == IS_CONFIRMED) & np.isnan(entries.said)
        plain &= self._triggering[entries.kind]
        places = np.flatnonzero(plain)
        kind, rows = entries.kind[places], entries.row[places]
        fires, able = np.nonzero(self._kinds[:, kind] & self._armed[:, rows])
        which, combo = places[able], np.array(self._fires, np.int64)[fires]
        side = entries.direction[which].astype(np.int64)
        kept = (side != NEUTRAL) & ((self._wants[combo] == 0) | (self._wants[combo] == side))
        which, combo, side = _best(entries, which[kept], combo[kept], side[kept])
        return combo, side, entries.row[which].astype(np.int64), which

    def rows_between_sessions(self) -> tuple[Int64, list[int]]:
        """Return the rows whose day goes on: those in the running session, and in earlier ones."""
        held = np.flatnonzero(self.reach.session_ms != NO_DAY)
        opened = self.reach.session_ms[held]
        goes_on = ~self._days.is_over(held, opened)
        running = goes_on & (opened == self.session_ms)
        return held[running], held[goes_on & ~running].tolist()

    def crossed(self, rows: Int64) -> tuple[Int64, Int64, Int64, Int64]:
        """Return combo, side, row and bar start where rows of the running session left levels.

        (n,) each, of the bars held; the bars may trigger the combos.
        """
        found: list[tuple[int, int, int, int]] = []
        for k, number in enumerate(self._levels):
            side, price = COMBOS[number].direction, self._watched.price[k, rows]
            best = self.reach.top[rows] if side > 0 else self.reach.bottom[rows]
            for row in rows[side * best > side * price].tolist():
                i = self._left_at(number, row, float(self._watched.price[k, row]))
                if i < self._engine.history.n_bars[row]:
                    found.append((number, side, row, int(self._engine.history.start[row, i])))
        combo, sides, row_, starts = np.array(found, np.int64).reshape(-1, 4).T
        return combo, sides, row_, starts

    def _left_at(self, number: int, row: int, price: float) -> int:
        """Return the bar at which a level of the running session is judged, else that behind."""
        history, trigger = self._engine.history, COMBOS[number].trigger
        first, end = find(history, row, self.session_ms), int(history.n_bars[row])
        if isinstance(trigger, Holds):
            until_ms = self.session_ms + trigger.minutes * MINUTE_MS
            return first_after(history, row, first, end, until_ms)
        return first_beyond(history, row, first, end, price, COMBOS[number].direction)

    def armed_rows(self) -> Int64:
        """Return the rows on which an intraday entry may trigger something."""
        return np.flatnonzero(self._armed.any(axis=0)).astype(np.int64)

    def _step(self, row: Int64, start: int, close: Float64) -> list[tuple[int, int]]:
        """Take the closes (n,) of bars that began at `start`; return (combo, which of them)."""
        out = np.empty((len(row) * len(self._levels), 2), np.int64)
        n = leave(
            self.reach,
            self._watched,
            row,
            np.ascontiguousarray(close),
            start,
            self.session_ms,
            self._bar_ms,
            out,
        )
        return [(self._levels[k], j) for k, j in out[:n].tolist()]


def _best(entries: Entries, which: Int64, combo: Int64, side: Int64) -> tuple[Int64, Int64, Int64]:
    """Return one entry for each combo, side, row and bar: the most confident, the first kind."""
    row, time = entries.row[which].astype(np.int64), entries.bar_time_ms[which]
    rank = np.lexsort((entries.kind[which], -entries.confidence[which], time, row, side, combo))
    which, combo, side, row, time = (x[rank] for x in (which, combo, side, row, time))
    first = np.ones(len(which), np.bool_)
    for column in (combo, side, row, time):
        first[1:] &= column[1:] == column[:-1]
    first[1:] = ~first[1:]
    return which[first], combo[first], side[first]


def places_of(bars: ClosedBars, at: Int64, row: Int64, start_ms: Int64, n_rows: int) -> Int64:
    """Return the places of the bars of (row, start_ms) among those at `at`, -1 for none."""
    out = np.full(len(row), -1, np.int64)
    by_row = np.full(n_rows, -1, np.int64)
    for start in set(start_ms.tolist()):
        here = at[bars.start_ms[at] == start]
        by_row[bars.row[here]] = here
        mine = start_ms == start
        out[mine] = by_row[row[mine]]
        by_row[bars.row[here]] = -1
    return out


def _hold_ms(number: int) -> int:
    trigger = COMBOS[number].trigger
    return trigger.minutes * MINUTE_MS if isinstance(trigger, Holds) else 0


def _kinds(number: int) -> Flags:
    trigger = COMBOS[number].trigger
    names = trigger.names if isinstance(trigger, Fires) else ()
    return np.array([name in names for name in KIND_NAMES], np.bool_)
