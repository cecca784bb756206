"""Write the log of the combos as intraday and daily bars close."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Int64
from pl.signals.combos.author import ComboAuthor
from pl.signals.combos.begun import Begun
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.days import Days
from pl.signals.combos.declaration import Found
from pl.signals.combos.judge import Circumstances, Judged, judge
from pl.signals.combos.log import (
    Numbered,
    Part,
    changed_part,
    differences,
    ended_part,
    found_part,
    in_order,
)
from pl.signals.combos.measures import Looks
from pl.signals.combos.open import OpenTrades
from pl.signals.combos.pieces import NO_BAR, Cutter, Piece, groups_of, is_sound
from pl.signals.combos.survey import Lived, Survey
from pl.signals.combos.taken import Judgement, Taken, join_judgements
from pl.signals.combos.watch import TriggerWatch, places_of
from pl.signals.engine import SignalEngine
from pl.signals.entries import Entries, join_entries
from pl.signals.history import walk_start
from pl.signals.life import LONGEST_HIT
from pl.signals.table import EngineUpdate, joined_updates

_ON_FINDS: Final = np.array([isinstance(combo.setup, Found) for combo in COMBOS], np.bool_)


class Combos:
    """Let an intraday engine take its bars, and say which combos they trigger or take back.

    The log is a function of the sequence of daily and intraday bars: neither how they are cut
    into batches nor a restart changes a byte of it. What was said before needs no memory: it is
    what the bars say as they are held, judged before and after a change.

    What is open is a cache of what follows from them, too.

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
        self._open = OpenTrades(engine, days.is_over)

    def recall(self) -> None:
        """Learn from the engines' histories, after they were warmed."""
        self._watch.recall()
        self._cutter.last[:] = self._watch.reach.last_ms
        self._open.clear()
        running, others = self._watch.rows_between_sessions()
        for row in others:
            self._reopen(self._survey.lived(row, int(self._cutter.last[row]) + 1))
        armed = np.intersect1d(running, self._watch.armed_rows())
        _, judged = self._lately(LONGEST_HIT, armed)
        self._begin(judged, judged.triggered())
        _, judged = self._crossed(running)
        self._begin(judged, judged.triggered())
        self._open.live(self._watch.session_ms)

    def take(self, bars: ClosedBars) -> Taken:
        """Take closed, revised or late intraday bars, in order."""
        updates: list[EngineUpdate] = []
        judged: list[Judgement] = []
        for piece in self._cutter.cut(bars):
            special = piece.at[~piece.is_plain].tolist()
            old = {b: self._standing(bars, b) for b in special}
            whole = len(piece.at) == len(bars)
            update = self.engine.update(bars if whole else bars.take(piece.at))
            judge = partial(self._judge, bars, piece, old, update.entries)
            if whole:
                return Taken(update, judge)
            updates.append(update)
            judged.append(judge())
        return Taken(joined_updates(updates), partial(join_judgements, judged))

    def _judge(
        self, bars: ClosedBars, piece: Piece, old: Mapping[int, Lived], entries: Entries
    ) -> Judgement:
        """Judge a piece of a batch that the engine has taken; old : what stood before, by place."""
        self._open.drop(bars.row[list(old)].astype(np.int64))
        plain = piece.at[piece.is_plain]
        place, judged = self._plain(bars, plain, entries)
        parts = self._said(bars, plain, place, judged)
        if old:
            parts.append(self._revised(bars, old))
        return Judgement(in_order(parts), int(judged.misled.sum()))

    def recent(self, n_bars: int) -> Entries:
        """Return what intraday entries triggered on the last bars of the running session.

        It is the memory from which a policy learns after a restart what was signalled before. A
        level is left once a session, so that no cool-down has to know of it.
        """
        starts, judged = self._lately(n_bars, self._watch.armed_rows())
        order = _log_order(starts, judged)
        return found_part(self._author, judged.begun(order), starts[order]).entries

    def before_days(self, bars: ClosedBars) -> dict[int, Lived]:
        """Return what stands on bars that daily bars of one start may change, by place."""
        start = int(bars.start_ms[0])
        sound = is_sound(bars, np.arange(len(bars)))
        return {
            b: self._survey.lived(row, self._after_day(row, start))
            for b, row in enumerate(bars.row.tolist())
            if self._is_reached(row, start, removed=not sound[b])
        }

    def after_days(self, bars: ClosedBars, old: dict[int, Lived]) -> Entries:
        """Return what the same daily bars, once taken, added and took back, and what they ended."""
        self._watch.arm()
        start = int(bars.start_ms[0])
        self._open.drop(bars.row[list(old)].astype(np.int64))
        ended = self._open.live(self._watch.session_ms)
        place_of = {row: b for b, row in enumerate(bars.row.tolist())}
        places = np.array([place_of[row] for row in ended.trades.row.tolist()], np.int64)
        found: list[Numbered] = []
        for b, was in old.items():
            row = int(bars.row[b])
            found += self._changed(b, was, self._survey.lived(row, self._after_day(row, start)))
        parts = [ended_part(self._author, ended, places), changed_part(found, self._rows)]
        return in_order(parts)

    def _is_reached(self, row: int, day_ms: int, *, removed: bool) -> bool:
        """Tell whether a row has a bar of a session after a day, or of one that goes on again."""
        opened = int(self._watch.reach.session_ms[row])
        if opened == NO_BAR:
            return False
        return removed or self._session_open(opened - 1) >= day_ms

    def _after_day(self, row: int, day_ms: int) -> int:
        """Return the open of a day's session, of those since whose bars can still be revised."""
        history = self.engine.history
        oldest = int(history.start[row, walk_start(history, row)])
        opened = int(self._watch.reach.session_ms[row])
        before = self._session_open(opened - 1)
        while oldest <= before < opened and before >= day_ms:
            opened, before = before, self._session_open(before - 1)
        return opened

    def _standing(self, bars: ClosedBars, b: int) -> Lived:
        return self._survey.lived(int(bars.row[b]), int(bars.start_ms[b]))

    def _reopen(self, lived: Lived) -> None:
        self._open.add(*lived.lasting())

    def _begin(self, judged: Judged, order: Int64) -> Begun:
        """Open what triggered; return it, in that order."""
        begun = judged.begun(order)
        self._open.begin(begun)
        return begun

    def _said(self, bars: ClosedBars, at: Int64, place: Int64, judged: Judged) -> list[Part]:
        """Return what bars that are simply the next ones end and trigger.

        at : their places in the batch; place : of the bars judged.
        """
        order = _log_order(place, judged)
        begun = self._begin(judged, order)
        ended = self._open.live(self._watch.session_ms)
        causes = places_of(bars, at, ended.trades.row, ended.cause_ms, len(self._rows))
        return [
            ended_part(self._author, ended, causes),
            found_part(self._author, begun, place[order]),
        ]

    def _revised(self, bars: ClosedBars, old: Mapping[int, Lived]) -> Part:
        """Return what bars changed that are not simply the next ones."""
        found: list[Numbered] = []
        for b, was in old.items():
            found += self._changed(b, was, self._standing(bars, b))
            row = int(bars.row[b])
            self._watch.reread(row)
            self._cutter.last[row] = self._watch.reach.last_ms[row]
        return changed_part(found, self._rows)

    def _changed(self, b: int, was: Lived, now: Lived) -> Iterable[Numbered]:
        self._reopen(now)
        recounted = {name: self._survey.recount(hit) for name, hit in was.hits.items()}
        return differences(self._author, b, (recounted, was.ends), (now.hits, now.ends))

    def _lately(self, n_bars: int, rows: Int64) -> tuple[Int64, Judged]:
        """Judge what entries of the last bars of rows in the running session may trigger."""
        entries = self.engine.standing(rows, n_bars)
        entries = entries.take(np.flatnonzero(entries.bar_time_ms >= self._watch.session_ms))
        combo, side, row, which = self._watch.triggers(entries)
        starts = entries.bar_time_ms[which]
        return starts, self._judged(combo, side, row, starts, which, entries)

    def _crossed(self, rows: Int64) -> tuple[Int64, Judged]:
        """Judge where rows in the running session left their levels."""
        combo, side, row, starts = self._watch.crossed(rows)
        which = np.full(len(row), -1, np.int64)
        return starts, self._judged(combo, side, row, starts, which, Entries.empty())

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
            [
                tuple(self._days.found(one)) if on_finds else ()
                for one, on_finds in zip(row.tolist(), _ON_FINDS[combo].tolist(), strict=True)
            ],
            self._days.ages,
            confidence,
            lambda places: entries.brief(which[places]),
        )
        columns = (combo, side, row, start_ms, opened)
        looks = Looks(*(np.ascontiguousarray(column, np.int64) for column in columns))
        return judge(self.engine.history, looks, around)


def take_days(
    days: Days, bars: ClosedBars, tiers: Sequence[Combos]
) -> tuple[EngineUpdate, list[Entries]]:
    """Let the daily engine take completed days, in order; return what each tier's log gets."""
    updates: list[EngineUpdate] = []
    found: list[list[Entries]] = [[] for _ in tiers]
    for group in groups_of(bars):
        part = bars.take(group)
        old = [tier.before_days(part) for tier in tiers]
        updates.append(days.take(part))
        for place, tier in enumerate(tiers):
            found[place].append(tier.after_days(part, old[place]))
    return joined_updates(updates), [join_entries(parts) for parts in found]


def _log_order(place: Int64, judged: Judged) -> Int64:
    """Return the looks that trigger: by bar of the batch, by combo, bearish ones first."""
    fired, looks = judged.triggered(), judged.looks
    order = np.lexsort((looks.side[fired], looks.combo[fired], place[fired]))
    return np.asarray(fired[order], np.int64)
