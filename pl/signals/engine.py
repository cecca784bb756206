"""Turn closed bars into indicator rows and the signal log."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from pl.market.batches import ClosedBars, Float64, Int64
from pl.signals.chart.state import empty_state
from pl.signals.closing import (
    FULL,
    NO_ROOM,
    NOT_NEXT,
    RESTATED,
    Arrivals,
    IndicatorRows,
    close_bars,
    prices_of,
    room_for_rows,
)
from pl.signals.entries import Entries, join_entries
from pl.signals.held import HeldBars, held_bars
from pl.signals.history import (
    History,
    empty_history,
)
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.lives import empty_lives, widened
from pl.signals.log import Author
from pl.signals.pages import Rooms, read_room
from pl.signals.revision import Outcome, revise
from pl.signals.table import EngineUpdate, IndicatorTable, join
from pl.signals.warming import grow, load, looked_at, walked

SESSION_BARS: Final = 1440
"""Bars of the longest session: every minute of a day."""

NO_VALUES: Final[Float64] = np.empty((0, len(INDICATOR_NAMES)), np.float64)

_WRITEABLE: Final = ("C", "W")
"""Read-only or strided arrays would be other types to the kernels and compile them anew."""


class SignalEngine:
    """Hold the bars of all symbols and say what each closed bar means.

    The log of signals is a function of the sequence of bars alone: neither how they are cut into
    batches nor a restart (`warm` with the bars so far, then `update`) changes a byte of it.

    symbols : one a row; session_open : unix ms of a bar's start -> unix ms of the open that
    anchors its session, never falling as time rises; session_bars : the most bars a session has.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        timeframe: str,
        tier: str,
        session_open: Callable[[int], int],
        *,
        session_bars: int = SESSION_BARS,
    ) -> None:
        self._author = Author(tuple(symbols), timeframe, tier)
        self._session_open = session_open
        self._history: History = empty_history(len(symbols), session_bars, timeframe)
        self._charts = empty_state(len(symbols))
        self._lives = empty_lives(len(symbols))
        self._session_bars = session_bars
        self._rooms = Rooms(len(symbols))
        self._known: set[int] = set()

    @property
    def history(self) -> History:
        """Return the bars that are held; to be read, not written."""
        return self._history

    def warm(self, row: int, bars: ClosedBars) -> None:
        """Replace a row's bars by history; emits nothing.

        bars : of that symbol alone, oldest first. 856 bars and two sessions make every later
        value exact; what is older is left out. Unsound bars are left out.
        Raises ValueError when times do not rise or a session is longer than `session_bars`.
        """
        self.warm_all({row: bars})

    def warm_all(self, history: Mapping[int, ClosedBars]) -> None:
        """Do as `warm` does for each row of `history`, in two threads."""
        anchors, overlong = load(self._history, history, self._session_open)
        if overlong >= 0:
            raise self._overlong(overlong)
        for anchor in anchors.tolist():
            self._know(anchor)
        self._grow(np.fromiter(history, np.int64, len(history)))

    def _grow(self, rows: Int64) -> None:
        """Grow state, charts and open signals of rows from the bars they hold."""
        self._lives = grow(self._history, self._charts, self._lives, rows, self._session_open)

    def update(self, bars: ClosedBars) -> EngineUpdate:
        """Take closed, revised or late bars, in order; return what they caused.

        Raises ValueError when a session has more bars than `session_bars`.
        """
        batch = self._arrivals(bars)
        log: list[Entries] = []
        tables: list[IndicatorTable] = []
        refused: Counter[str] = Counter()
        out = room_for_rows(len(bars))
        begin = 0
        while begin < len(bars):
            began = begin
            begin, stopped = self._close(batch, begin, out, log, tables, refused)
            if stopped == NO_ROOM:
                raise self._overlong(int(batch.row[begin]))
            if stopped == FULL and begin == began:
                self._lives = widened(self._lives)
            if stopped == NOT_NEXT:
                outcome = revise(self._history, batch, begin, self._session_open)
                if not outcome.refused:
                    self._grow(batch.row[begin : begin + 1].astype(np.int64))
                self._note(outcome, log, tables, refused)
                begin += 1
        return EngineUpdate(join_entries(log), join(tables), dict(refused))

    def recent(self, n_bars: int) -> Entries:
        """Return the entries standing on the last `n_bars` bars of every row, oldest first.

        It is the memory from which a policy learns after a restart what was signalled before.
        """
        found = self.standing(np.arange(len(self._history.n_bars)), n_bars)
        return found.take(np.argsort(found.bar_time_ms, kind="stable"))

    def standing(self, rows: Int64, n_bars: int) -> Entries:
        """Return the entries standing on the last `n_bars` bars of rows, row after row."""
        return looked_at(
            self._history, self._charts, self._author, rows, n_bars, self._session_open
        )

    def latest_rows(self, rows: Int64, n_bars: int) -> IndicatorTable:
        """Return the values of the last `n_bars` bars of rows, walked from the running anchor.

        Patterns and candlesticks are left out.
        """
        return walked(self._history, rows, n_bars)

    @property
    def through_ms(self) -> int:
        """Return the start of the last bar of all rows, unix ms, 0 when there is none."""
        history = self._history
        rows = np.flatnonzero(history.n_bars)
        return int(history.start[rows, history.n_bars[rows] - 1].max(initial=0))

    def held(self, begin: int, end: int) -> HeldBars:
        """Return a copy of the bars of rows `begin` to `end` - 1, which `warm` would take again."""
        return held_bars(self._history, begin, end)

    def last_start_ms(self, row: int) -> int | None:
        """Return the start of the row's last bar, None when it has none."""
        n = int(self._history.n_bars[row])
        return int(self._history.start[row, n - 1]) if n else None

    def _know(self, anchor: int) -> None:
        """Let the kernels know the opens of a session and of those before it."""
        n_back = self._history.sessions_back
        known = self._history.opens
        if not n_back or anchor in self._known:
            return
        opens = [anchor]
        while len(opens) < 2 * n_back + 2 and self._session_open(opens[-1] - 1) < opens[-1]:
            opens.append(self._session_open(opens[-1] - 1))
        self._known.add(anchor)
        merged = np.unique(np.concatenate([known, np.array(opens, np.int64)]))
        known[len(known) - len(merged[-len(known) :]) :] = merged[-len(known) :]

    def _arrivals(self, bars: ClosedBars) -> Arrivals:
        starts, inverse = np.unique(bars.start_ms, return_inverse=True)
        anchors: Int64 = np.array([self._session_open(int(s)) for s in starts], np.int64)
        for anchor in np.unique(anchors).tolist():
            self._know(anchor)
        return Arrivals(
            bars.row.astype(np.int64),
            np.require(bars.start_ms, np.int64, _WRITEABLE),
            anchors[inverse],
            prices_of(bars),
            np.require(bars.revision, np.int32, _WRITEABLE),
            np.require(bars.quality, np.uint8, _WRITEABLE),
        )

    def _close(
        self,
        batch: Arrivals,
        begin: int,
        out: IndicatorRows,
        log: list[Entries],
        tables: list[IndicatorTable],
        refused: Counter[str],
    ) -> tuple[int, int]:
        room = self._rooms.of(self._lives, len(batch.row) - begin)
        end, stopped = close_bars(self._history, self._charts, self._lives, batch, begin, out, room)
        log.append(read_room(self._author, room, out.values).entries())
        if end > begin:
            taken = slice(begin, end)
            tables.append(
                IndicatorTable(
                    batch.row[taken].astype(np.int32),
                    batch.start[taken],
                    out.values[taken],
                    out.patterns[taken],
                    out.candles[taken],
                )
            )
        if room.written[RESTATED]:
            refused["restated"] += int(room.written[RESTATED])
        return end, stopped

    def _note(
        self,
        outcome: Outcome,
        log: list[Entries],
        tables: list[IndicatorTable],
        refused: Counter[str],
    ) -> None:
        if outcome.refused:
            refused[outcome.refused] += 1
        tables.append(outcome.table)
        log.append(Entries.of(self._author.difference(outcome), self._author.rows))

    def _overlong(self, row: int) -> ValueError:
        return ValueError(
            f"row {row}: expected at most {self._session_bars} bars a session, got more"
        )
