"""Write the log of the combos as intraday and daily bars close."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Int64
from pl.signals.combos.days import Days
from pl.signals.combos.hit import ComboAuthor, ComboHit, identity
from pl.signals.combos.judge import Circumstances, Judged, judge
from pl.signals.combos.measures import Looks
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.combos.pieces import NO_BAR, Cutter
from pl.signals.combos.survey import Survey
from pl.signals.combos.watch import TriggerWatch
from pl.signals.engine import SignalEngine
from pl.signals.entries import KIND_OF, Entries, join_entries
from pl.signals.history import walk_start
from pl.signals.signal import Signal
from pl.signals.table import EngineUpdate, joined_updates

Numbered = tuple[int, int, int, int, Signal]
"""Place of the bar in the batch, bar time, combo, 0 for a retraction else 1, and the entry."""
COMBO_KIND: Final = KIND_OF[COMBO_NAMES[0]]
RETRACTION: Final = 0
STATEMENT: Final = 1


@dataclass(frozen=True, slots=True)
class ComboUpdate:
    """Hold what bars caused: in the engine that took them, and in the log of the combos."""

    update: EngineUpdate
    combos: Entries


class Combos:
    """Let an intraday engine take its bars, and say which combos they trigger or take back.

    The log is a function of the sequence of daily and intraday bars: neither how they are cut
    into batches nor a restart changes a byte of it. What was said before needs no memory: it is
    what the bars say as they are held, judged before and after a change.

    engine : takes its bars only here; symbols : one a row, the same in both engines;
    session_open : unix ms -> open of the session at or before it.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        engine: SignalEngine,
        days: Days,
        timeframe: str,
        session_open: Callable[[int], int],
    ) -> None:
        self._rows = {symbol: row for row, symbol in enumerate(symbols)}
        self._author = ComboAuthor(tuple(symbols), timeframe)
        self.engine = engine
        self._days = days
        self._session_open = session_open
        self._survey = Survey(engine, days, timeframe, session_open)
        self._watch = TriggerWatch(engine, days, timeframe, session_open)
        self._cutter = Cutter(len(symbols), session_open, self._watch.is_special)

    def recall(self) -> None:
        """Learn from the engines' histories, after they were warmed."""
        self._watch.recall()
        self._cutter.last[:] = self._watch.reach.last_ms

    def update(self, bars: ClosedBars) -> ComboUpdate:
        """Take closed, revised or late intraday bars, in order."""
        updates: list[EngineUpdate] = []
        log: list[Entries] = []
        for piece in self._cutter.cut(bars):
            special = piece.at[~piece.is_plain].tolist()
            old = {b: self._standing(bars, b) for b in special}
            whole = len(piece.at) == len(bars)
            update = self.engine.update(bars if whole else bars.take(piece.at))
            plain = self._plain(bars, piece.at[piece.is_plain], update.entries)
            updates.append(_counted(update, plain[1]))
            if not special:
                log.append(self._columns(*plain))
                continue
            found = self._written(*plain)
            for b in special:
                found += self._changed(b, old[b], self._standing(bars, b))
                self._resync(int(bars.row[b]))
            log.append(self._entries(found))
        return ComboUpdate(joined_updates(updates), join_entries(log))

    def recent(self, n_bars: int) -> Entries:
        """Return what intraday entries triggered on the last bars of the running session.

        It is the memory from which a policy learns after a restart what was signalled before. A
        level is left once a session, so that no cool-down has to know of it.
        """
        rows = self._watch.armed_rows()
        entries = self.engine.standing(np.array(rows, np.int64), n_bars)
        entries = entries.take(np.flatnonzero(entries.bar_time_ms >= self._watch.session_ms))
        combo, side, row, which = self._watch.triggers(entries)
        starts = entries.bar_time_ms[which]
        return self._columns(starts, self._judged(combo, side, row, starts, which, entries))

    def before_days(self, bars: ClosedBars) -> dict[int, list[ComboHit]]:
        """Return what stands on bars that daily bars of one start may change, by place."""
        start = int(bars.start_ms[0])
        return {
            b: self._survey.hits(row, self._after_day(row, start))
            for b, row in enumerate(bars.row.tolist())
            if self._is_reached(row, start)
        }

    def after_days(self, bars: ClosedBars, old: dict[int, list[ComboHit]]) -> Entries:
        """Return what the same daily bars, once taken, added and took back."""
        self._watch.arm()
        start = int(bars.start_ms[0])
        found: list[Numbered] = []
        for b, hits in old.items():
            row = int(bars.row[b])
            fresh = self._survey.hits(row, self._after_day(row, start))
            found += self._changed(b, hits, fresh)
        return self._entries(found)

    def _is_reached(self, row: int, day_ms: int) -> bool:
        """Tell whether a row has a bar of a session after a day."""
        opened = int(self._watch.reach.session_ms[row])
        return opened != NO_BAR and self._session_open(opened - 1) >= day_ms

    def _after_day(self, row: int, day_ms: int) -> int:
        """Return the open of the first session after a day whose bars can still be revised."""
        history = self.engine.history
        oldest = int(history.start[row, walk_start(history, row)])
        opened = int(self._watch.reach.session_ms[row])
        before = self._session_open(opened - 1)
        while oldest <= before < opened and self._session_open(before - 1) >= day_ms:
            opened, before = before, self._session_open(before - 1)
        return opened

    def _standing(self, bars: ClosedBars, b: int) -> list[ComboHit]:
        return self._survey.hits(int(bars.row[b]), int(bars.start_ms[b]))

    def _resync(self, row: int) -> None:
        self._watch.reread(row)
        self._cutter.last[row] = self._watch.reach.last_ms[row]

    def _plain(self, bars: ClosedBars, at: Int64, entries: Entries) -> tuple[Int64, Judged]:
        """Judge what bars that are simply the next ones may trigger.

        at : their places in the batch. Returns the places of the bars judged, and the judgement.
        """
        by_level = self._watch.by_level(bars, at)
        by_entries = self._watch.by_entries(entries, bars, at)
        place, combo, side, row, which = np.concatenate([by_level, by_entries], axis=1)
        return place, self._judged(combo, side, row, bars.start_ms[place], which, entries)

    def _judged(
        self,
        combo: Int64,
        side: Int64,
        row: Int64,
        start_ms: Int64,
        which: Int64,
        entries: Entries,
    ) -> Judged:
        """Judge n looks of the running session; which : place of the entry, -1 for a level."""
        opened = np.full(len(row), self._watch.session_ms, np.int64)
        confidence = np.full(len(row), np.nan)
        fired = which >= 0
        confidence[fired] = entries.confidence[which[fired]]
        around = Circumstances(
            self._days.last.take(row),
            [tuple(self._days.found(one)) for one in row.tolist()],
            self._days.ages,
            confidence,
            lambda k: entries.signals([int(which[k])])[0],
        )
        columns = (combo, side, row, start_ms, opened)
        looks = Looks(*(np.ascontiguousarray(column, np.int64) for column in columns))
        return judge(self.engine.history, looks, around)

    def _columns(self, place: Int64, judged: Judged) -> Entries:
        """Return what triggered as entries, in log order, written when somebody reads them."""
        order = _log_order(place, judged)
        looks, n = judged.looks, len(order)
        return Entries(
            looks.row[order].astype(np.int32),
            (looks.combo[order] + COMBO_KIND).astype(np.int32),
            looks.side[order].astype(np.int8),
            looks.start_ms[order],
            looks.start_ms[order],
            judged.confidence[order],
            np.zeros(n, np.uint8),
            np.full(n, np.nan),
            lambda places: [self._author.confirm(judged.hit(k)) for k in order[places].tolist()],
        )

    def _written(self, place: Int64, judged: Judged) -> list[Numbered]:
        return [
            (
                int(place[k]),
                int(judged.looks.start_ms[k]),
                int(judged.looks.combo[k]),
                STATEMENT,
                self._author.confirm(judged.hit(k)),
            )
            for k in _log_order(place, judged).tolist()
        ]

    def _changed(self, b: int, old: list[ComboHit], fresh: list[ComboHit]) -> Iterable[Numbered]:
        was = {identity(hit): hit for hit in old}
        now = {identity(hit): hit for hit in fresh}
        for name, hit in was.items():
            if name not in now:
                gone = self._author.retract(self._survey.recount(hit))
                yield b, hit.bar.start_ms, hit.combo, RETRACTION, gone
        for name, hit in now.items():
            said = self._author.restate(was.get(name), hit)
            if said is not None:
                yield b, hit.bar.start_ms, hit.combo, STATEMENT, said

    def _entries(self, found: list[Numbered]) -> Entries:
        found.sort(key=lambda one: (one[:4], one[4].direction))
        return Entries.of([signal for *_, signal in found], self._rows)


def take_days(days: Days, bars: ClosedBars, tiers: Sequence[Combos]) -> list[ComboUpdate]:
    """Let the daily engine take completed days, in order; return one update for each tier.

    Each holds the same update of the daily engine. Without a tier there is nothing to return.
    """
    updates: list[EngineUpdate] = []
    found: list[list[Entries]] = [[] for _ in tiers]
    for group in _by_start(bars):
        part = bars.take(group)
        old = [tier.before_days(part) for tier in tiers]
        updates.append(days.take(part))
        for place, tier in enumerate(tiers):
            found[place].append(tier.after_days(part, old[place]))
    whole = joined_updates(updates)
    return [ComboUpdate(whole, join_entries(parts)) for parts in found]


def _counted(update: EngineUpdate, judged: Judged) -> EngineUpdate:
    """Return the update with the combos that are silent because of two price scales."""
    n = int(judged.misled.sum())
    return replace(update, refused={**update.refused, "restated_combos": n}) if n else update


def _by_start(bars: ClosedBars) -> list[Int64]:
    edges = np.flatnonzero(np.diff(bars.start_ms) != 0) + 1
    return [group for group in np.split(np.arange(len(bars)), edges) if len(group)]


def _log_order(place: Int64, judged: Judged) -> Int64:
    """Return the looks that trigger: by bar of the batch, by combo, bearish ones first."""
    fired = np.flatnonzero(~np.isnan(judged.confidence))
    looks = judged.looks
    order = np.lexsort((looks.side[fired], looks.combo[fired], place[fired]))
    return np.asarray(fired[order], np.int64)
