"""Turn closed bars into indicator rows and the signal log."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Int64
from pl.market.columns import stacked
from pl.market.rows import longest
from pl.signals.anchors import Calendar, OpenOf, anchors_of
from pl.signals.chart.state import empty_state
from pl.signals.closing import (
    FULL,
    NO_ROOM,
    NOT_NEXT,
    RESTATED,
    Arrivals,
    IndicatorRows,
    close_bars,
    room_for_rows,
)
from pl.signals.entries import Entries, join_entries
from pl.signals.held import HeldBars, held_rows
from pl.signals.history import History
from pl.signals.last_rows import last_rows
from pl.signals.lives import empty_lives, widened
from pl.signals.log import Author
from pl.signals.pages import Rooms, read_room
from pl.signals.revision import Outcome, revise
from pl.signals.room import empty_history, with_room
from pl.signals.sharing import LEAST, Share, at_once, shares_of
from pl.signals.table import EngineUpdate, IndicatorTable, join
from pl.signals.timeframes import DAY_MS
from pl.signals.walks import Walks, take_up
from pl.signals.warming import grow, load, looked_at, walked

SESSION_BARS: Final = 1440
"""Bars of the longest session: every minute of a day."""


_WRITEABLE: Final = ("C", "W")
"""Read-only or strided arrays would be other types to the kernels and compile them anew."""


class SignalEngine:
    """Hold the bars of all symbols and say what each closed bar means.

    The log of signals is a function of the sequence of bars alone: neither how they are cut into
    batches nor a restart (`warm` with the bars so far, then `update`) changes a byte of it.

    symbols : one a row; session_open : unix ms of a bar's start -> unix ms of the open that
    anchors the walk to it, never falling as time rises; session_bars : the most bars between two
    anchors; session_of : likewise of the session that it belongs to, the anchor unless told (bars
    of a day or longer are their own);
    least_shared : so many bars that come together are taken in two threads.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        timeframe: str,
        tier: str,
        session_open: OpenOf,
        *,
        session_bars: int = SESSION_BARS,
        session_of: OpenOf | None = None,
        least_shared: int = LEAST,
    ) -> None:
        self._author = Author(tuple(symbols), timeframe, tier)
        self._calendar = Calendar.of(timeframe, session_open, session_of)
        self._history: History = empty_history(len(symbols), session_bars, timeframe)
        self._charts = empty_state(len(symbols))
        self._lives = empty_lives(len(symbols))
        self._session_bars = session_bars
        self._least_shared = least_shared
        usual = max(len(symbols) // 2 + 1, min(len(symbols), least_shared))
        self._rooms = (Rooms(usual), Rooms(usual))
        own = np.empty_like(self._charts.room)
        self._charts_of = (self._charts, self._charts._replace(room=own))
        self._known: set[int] = set()

    @property
    def history(self) -> History:
        """Return the bars that are held now, to be read and not kept."""
        return self._history

    def warm(self, row: int, bars: ClosedBars) -> None:
        """Replace a row's bars by history; emits nothing.

        bars : of that symbol alone, oldest first. 856 bars, two sessions and a bar before them
        make every later value exact; what is older is left out. Unsound bars are left out.
        Raises ValueError when times do not rise or a session is longer than `session_bars`.
        """
        self.warm_all({row: bars})

    def warm_all(self, history: Mapping[int, ClosedBars], walks: Walks | None = None) -> None:
        """Do as `warm` does for each row of `history`, in two threads; see `take_up` of walks."""
        self.make_room(longest(history))
        anchors, overlong = load(self._history, history, self._calendar.anchor_of)
        if overlong >= 0:
            raise self._overlong(overlong)
        if len(anchors):
            self._know_since(int(anchors.min()))
        self._lives, rows = take_up(self._history, self._charts, self._lives, walks, history)
        self._grow(rows)

    def make_room(self, n_bars: int) -> None:
        """Have room for so many bars in each row, as far as there may be so many."""
        self._history = with_room(self._history, n_bars)

    def make_room_ahead(self, n_bars: int) -> None:
        """Have room for so many bars more of each row; copying them takes a market a second."""
        self.make_room(int(self._history.n_bars.max(initial=0)) + n_bars)

    def _make_room_for(self, rows: Int64) -> None:
        """Have room for one bar more of each of `rows`, which may repeat."""
        history = self._history
        if history.start.shape[1] < history.most_bars:
            coming = np.bincount(rows, minlength=len(history.n_bars))
            self.make_room(int((history.n_bars + coming).max()))

    def _grow(self, rows: Int64) -> None:
        """Grow state, charts and open signals of rows from the bars they hold."""
        self._lives = grow(
            self._history, self._charts, self._lives, rows, self._calendar.session_of
        )

    def update(self, bars: ClosedBars) -> EngineUpdate:
        """Take closed, revised or late bars, in order; return what they caused.

        Raises ValueError when a session has more bars than `session_bars`.
        """
        if not len(bars):
            return EngineUpdate(join_entries([]), IndicatorTable.empty())
        batch = self._arrivals(bars)
        self._make_room_for(batch.row)
        out = room_for_rows(len(bars))
        shares = shares_of(batch, out, self._least_shared)
        at_once(self._close, shares)
        is_plain = all(share.is_done for share in shares)
        for share in shares:
            self._finish(share)
        refused: Counter[str] = Counter()
        for share in shares:
            refused.update(share.refused)
        tables = [table for share in shares for table in share.tables]
        return EngineUpdate(
            join_entries([entries for share in shares for entries in share.log]),
            _table_of(batch, out) if is_plain else join(tables),
            dict(refused),
        )

    def _finish(self, share: Share) -> None:
        """Take the bars that need more than appending, and those after them."""
        began = 0
        while not share.is_done:
            if share.stopped == NO_ROOM:
                raise self._overlong(int(share.batch.row[share.begin]))
            if share.stopped == FULL and share.begin == began:
                self._lives = widened(self._lives)
            if share.stopped == NOT_NEXT:
                self._revise(share)
            began = share.begin
            if not share.is_done:
                self._close(share)

    def _revise(self, share: Share) -> None:
        batch, b = share.batch, share.begin
        self._know_without_last(int(batch.row[b]))
        outcome = revise(self._history, batch, b, self._calendar)
        if not outcome.refused:
            self._grow(batch.row[b : b + 1].astype(np.int64))
        self._note(outcome, share)
        share.begin += 1

    def recent(self, n_bars: int) -> Entries:
        """Return the entries standing on the last `n_bars` bars of every row, oldest first.

        It is the memory from which a policy learns after a restart what was signalled before.
        """
        found = self.standing(np.arange(len(self._history.n_bars)), n_bars)
        return found.take(np.argsort(found.bar_time_ms, kind="stable"))

    def standing(self, rows: Int64, n_bars: int) -> Entries:
        """Return the entries standing on the last `n_bars` bars of rows, row after row."""
        return looked_at(
            self._history, self._charts, self._author, rows, n_bars, self._calendar.session_of
        )

    def latest_rows(self, rows: Int64, n_bars: int) -> IndicatorTable:
        """Return the values of the last `n_bars` bars of rows, walked from the running anchor.

        Patterns and candlesticks are left out.
        """
        return walked(self._history, rows, n_bars)

    def last_rows(self, rows: Int64) -> IndicatorTable:
        """Return the whole rows of the last bars of `rows`, as `update` returned them."""
        return last_rows(self._history, rows, self.standing(rows, 1))

    @property
    def through_ms(self) -> int:
        """Return the start of the last bar of all rows, unix ms, 0 when there is none."""
        history = self._history
        rows = np.flatnonzero(history.n_bars)
        return int(history.start[rows, history.n_bars[rows] - 1].max(initial=0))

    def held(self, begin: int, end: int) -> HeldBars:
        """Return a copy of what is held of rows `begin` to `end` - 1, for `warm_all` to take."""
        return held_rows(self._history, self._charts, self._lives, begin, end)

    def last_start_ms(self, row: int) -> int | None:
        """Return the start of the row's last bar, None when it has none."""
        n = int(self._history.n_bars[row])
        return int(self._history.start[row, n - 1]) if n else None

    def _know_since(self, ms: int) -> None:
        """Let the kernels know the opens of all sessions from `ms` to the last bar."""
        if self._history.bar_ms >= DAY_MS:
            return
        opened = self._calendar.session_of(self.through_ms)
        self._know(opened)
        while opened > ms and (before := self._calendar.session_of(opened - 1)) < opened:
            self._know(before)
            opened = before

    def _know_without_last(self, row: int) -> None:
        """Know the sessions to walk when the row's last bar is taken back."""
        n = int(self._history.n_bars[row])
        if n > 1:
            self._know_since(self._calendar.anchor_of(int(self._history.start[row, n - 2])))

    def _know(self, session: int) -> None:
        """Let the kernels know the opens of a session and of those before it."""
        if session in self._known:
            return
        opens = [session]
        while len(opens) < 2 * self._history.sessions_back + 2:
            before = self._calendar.session_of(opens[-1] - 1)
            if before >= opens[-1]:
                break
            opens.append(before)
        self._known.add(session)
        known = self._history.opens
        merged = np.unique(np.concatenate([known, np.array(opens, np.int64)]))
        known[len(known) - len(merged[-len(known) :]) :] = merged[-len(known) :]

    def _arrivals(self, bars: ClosedBars) -> Arrivals:
        starts, inverse = np.unique(bars.start_ms, return_inverse=True)
        anchors = anchors_of(starts, self._calendar.anchor_of)
        sessions = starts
        if self._history.bar_ms < DAY_MS:
            sessions = anchors_of(starts, self._calendar.session_of)
            for session in np.unique(sessions).tolist():
                self._know(session)
        return Arrivals(
            bars.row.astype(np.int64),
            np.require(bars.start_ms, np.int64, _WRITEABLE),
            anchors[inverse],
            sessions[inverse],
            stacked(bars, axis=1),
            np.require(bars.revision, np.int32, _WRITEABLE),
            np.require(bars.quality, np.uint8, _WRITEABLE),
        )

    def _close(self, share: Share) -> None:
        """Take bars of a share until one needs more than appending."""
        batch, begin, out = share.batch, share.begin, share.out
        room = self._rooms[share.number].of(self._lives, len(batch.row) - begin)
        charts = self._charts_of[share.number]
        end, share.stopped = close_bars(self._history, charts, self._lives, batch, begin, out, room)
        share.begin = end
        share.log.append(read_room(self._author, room, out.values).entries())
        if end > begin:
            share.tables.append(_table_of(batch, out, slice(begin, end)))
        if room.written[RESTATED]:
            share.refused["restated"] += int(room.written[RESTATED])

    def _note(self, outcome: Outcome, share: Share) -> None:
        if outcome.refused:
            share.refused[outcome.refused] += 1
        share.tables.append(outcome.table)
        share.log.append(Entries.of(self._author.difference(outcome), self._author.rows))

    def _overlong(self, row: int) -> ValueError:
        return ValueError(
            f"row {row}: expected at most {self._session_bars} bars a session, got more"
        )


def _table_of(batch: Arrivals, out: IndicatorRows, taken: slice = slice(None)) -> IndicatorTable:
    return IndicatorTable(
        batch.row[taken].astype(np.int32),
        batch.start[taken],
        out.values[taken],
        out.patterns[taken],
        out.candles[taken],
    )
