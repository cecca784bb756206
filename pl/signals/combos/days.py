"""Keep what the completed days of all symbols say, for the setups of any session."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import ClosedBars, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import DAY_NAMES
from pl.signals.combos.declaration import Found
from pl.signals.combos.held import column_at, columns_of
from pl.signals.combos.levels import LevelRows, levels_of
from pl.signals.combos.setups import Ages, DayRows, kinds_of_setups
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_NAMES, LIVES, Entries
from pl.signals.history import find
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.scales import scale_ages
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING, RETRACTED, Signal
from pl.signals.table import EngineUpdate

LONGEST: Final = max(combo.sessions for combo in COMBOS)
REMEMBERED: Final = LONGEST + 12
"""Days whose finds are kept: as long as a setup holds, and the sessions that can be revised."""
MOST_BARS: Final = max(combo.n_bars for combo in COMBOS)
"""Days that the longest setup reads."""
NO_DAY: Final = -(2**62)
IS_FORMING: Final = LIVES.index(FORMING)

_PRICES: Final = (OPEN, HIGH, LOW, CLOSE, VOLUME)
_FOUND: Final = frozenset(combo.setup for combo in COMBOS if isinstance(combo.setup, Found))
_WANTED: Final = {
    name: [setup for setup in _FOUND if name in setup.names] for name in kinds_of_setups()
}
_KINDS: Final = np.array([name in kinds_of_setups() for name in KIND_NAMES], np.bool_)


class Days:
    """Hold the daily engine, each symbol's last day, and the finds of its latest days.

    session_open : unix ms -> open of the session at or before it.
    """

    def __init__(self, engine: SignalEngine, session_open: Callable[[int], int]) -> None:
        n_rows = len(engine.history.n_bars)
        self.engine = engine
        self._session_open = session_open
        self.last = DayRows(
            np.full(n_rows, NO_DAY, np.int64),
            np.full((n_rows, len(DAY_NAMES)), np.nan),
            LevelRows.empty(n_rows),
            np.full(n_rows, MOST_BARS, np.int64),
        )
        self._found: dict[int, dict[object, Signal]] = {}
        self._ages: dict[int, Ages] = {}

    def recall(self) -> None:
        """Learn from the engine's history, after it was warmed."""
        self._found.clear()
        self._note(self.engine.recent(REMEMBERED))
        self._refresh(np.arange(len(self.last.start_ms)), None)

    def take(self, bars: ClosedBars) -> EngineUpdate:
        """Let the engine take daily bars, and learn what they changed."""
        update = self.engine.update(bars)
        self._note(update.entries)
        self._refresh(np.unique(bars.row).astype(np.int64), update)
        return update

    def ages(self, session_ms: int) -> Ages:
        """Return the opens of the sessions before the one that opens at `session_ms`."""
        known = self._ages.get(session_ms)
        if known is None:
            opens = [self._session_open(session_ms - 1)]
            while len(opens) <= LONGEST:
                opens.append(self._session_open(opens[-1] - 1))
            known = self._ages[session_ms] = Ages(tuple(opens))
            if len(self._ages) > REMEMBERED:
                del self._ages[min(self._ages)]
        return known

    def is_over(self, row: Int64, session_ms: Int64) -> npt.NDArray[np.bool_]:
        """Tell of rows and opens of sessions (n,) whose day, or a later one, is complete."""
        before = np.empty(len(row), np.int64)
        for opened in set(session_ms.tolist()):
            before[session_ms == opened] = self.ages(opened).opens[0]
        return np.asarray(self.last.start_ms[row] > before, np.bool_)

    def found(self, row: int) -> Iterable[Signal]:
        """Return the standing finds of a row's latest days that combos build on."""
        return self._found.get(row, {}).values()

    def before(self, row: int, session_ms: int) -> DayRows:
        """Return the last day of one symbol before a session, whatever came after it."""
        history = self.engine.history
        until = self.ages(session_ms).opens[0]
        end = find(history, row, until + 1)
        if end == history.n_bars[row]:
            return self.last.take(np.array([row]))
        values = np.full((1, len(DAY_NAMES)), np.nan)
        start_ms = np.full(1, NO_DAY, np.int64)
        if end > 0:
            table = self.engine.latest_rows(np.array([row]), int(history.n_bars[row]) - end + 1)
            values[0, : len(INDICATOR_NAMES)] = table.values[0]
            values[0, len(INDICATOR_NAMES) :] = columns_of(history, row)[end - 1, _PRICES]
            start_ms[0] = history.start[row, end - 1]
        rows = np.array([row])
        levels = levels_of(history, rows, np.array([end]))
        return DayRows(start_ms, values, levels, self._scale_ages(rows, start_ms))

    def _scale_ages(self, rows: Int64, start_ms: Int64) -> Int64:
        """Return how many days the prices of rows (R,) had kept their scale on a day (R,)."""
        history, out = self.engine.history, np.empty(len(rows), np.int64)
        scale_ages(history, rows.astype(np.int32), start_ms, MOST_BARS, out)
        return out

    def found_rows(self, session_ms: int) -> Mapping[Found, npt.NDArray[np.bool_]]:
        """Tell for each row whether a session's combos may build on a find, by what they want."""
        ages, rows = self.ages(session_ms), {setup: set[int]() for setup in _FOUND}
        for row, found in self._found.items():
            for signal in found.values():
                age = ages.of(signal.bar_time_ms)
                for setup in _WANTED[signal.pattern]:
                    if 1 <= age <= setup.sessions:
                        rows[setup].add(row)
        every = np.arange(len(self.last.start_ms))
        return {setup: np.isin(every, list(held)) for setup, held in rows.items()}

    def _note(self, entries: Entries) -> None:
        """Learn what stands from entries of the daily log; what only forms has not broken yet."""
        wanted = _KINDS[entries.kind] & (entries.life != IS_FORMING)
        places = np.flatnonzero(wanted).tolist()
        for place, signal in zip(places, entries.signals(places), strict=True):
            found = self._found.setdefault(int(entries.row[place]), {})
            if signal.life in ENDINGS:
                if signal.flow_id not in found or signal.before == {"life": CONFIRMED}:
                    continue  # a find stays what it was when its trade is over
                signal = replace(signal, life=CONFIRMED, bar_time_ms=signal.born_ms)  # noqa: PLW2901
            found.pop(signal.flow_id, None)
            if signal.life != RETRACTED:
                found[signal.flow_id] = signal

    def _refresh(self, rows: Int64, update: EngineUpdate | None) -> None:
        """Read the last day of rows (R,) again; update : has their values, if anything has."""
        history = self.engine.history
        ends = history.n_bars[rows]
        rows, ends = rows[ends > 0], ends[ends > 0]
        start_ms = history.start[rows, ends - 1]
        self.last.start_ms[rows] = start_ms
        self.last.levels.write(rows, levels_of(history, rows, ends))
        self.last.scale_age[rows] = self._scale_ages(rows, start_ms)
        n = len(INDICATOR_NAMES)
        for offset, column in enumerate(_PRICES):
            self.last.values[rows, n + offset] = column_at(history, rows, ends - 1, column)
        waiting = set(rows.tolist())
        if update is not None:
            table = update.indicators
            newest = table.start_ms == self.last.start_ms[table.row]
            self.last.values[table.row[newest], :n] = table.values[newest]
            waiting -= set(table.row[newest].tolist())
        self._walk(np.array(sorted(waiting), np.int64))
        self._forget(rows)

    def _walk(self, rows: Int64) -> None:
        """Read the values of the last days of rows that hold some from their bars."""
        table = self.engine.latest_rows(rows, 1)
        self.last.values[rows, : len(INDICATOR_NAMES)] = table.values

    def _forget(self, rows: Int64) -> None:
        history = self.engine.history
        for row in rows.tolist():
            found = self._found.get(row)
            if not found:
                continue
            oldest = history.start[row, max(int(history.n_bars[row]) - REMEMBERED, 0)]
            for name in [name for name, one in found.items() if one.bar_time_ms < oldest]:
                del found[name]
