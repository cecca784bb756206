"""What a close sets in motion: signals, alerts, messages, rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

import numpy as np

from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_PARTIAL,
    ClosedBars,
    Int64,
)
from pl.market.folding import Folding, Step
from pl.signals.crossings import Crossings
from pl.signals.engine import SignalEngine
from pl.signals.renumbering import continued
from pl.signals.storm import MOST_EVENTS, MOST_OF_COMBOS
from pl.signals.table import join
from pl.signals.timeframes import TIMEFRAME_MS
from pl.store.closes import Close
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters
from pl.streaming.findings import Found
from pl.streaming.frames import Evaluated, Frame
from pl.streaming.loads import Load
from pl.streaming.quotes import QuoteBoard
from pl.streaming.session import NO_SESSION
from pl.streaming.watch import Gap

OF_AN_EARLIER_RUN: Final = "late for a minute of an earlier run"

Work = tuple[Frame, ClosedBars, int]
"""What evaluates which bars, and how many events may come of them."""
Crossed = dict[str, list[Crossings]]
"""The lines that indicators crossed, by timeframe."""
OrderRepair = Callable[[Gap, tuple[str, ...]], None]


class Carrier(Protocol):
    """Take what a close found, in order; see `Road`."""

    def submit(self, load: Load, /) -> None:
        """Queue a load."""


class Store(Protocol):
    """Take what a close leaves behind, in order; see `Writer`."""

    def submit(self, close: Close, /) -> None:
        """Queue a close."""


def no_combos(_: Sequence[Evaluated]) -> Found:
    """Find nothing across timeframes."""
    return []


@dataclass(slots=True)
class Closing:
    """Pass closed bars on, events first.

    minute : evaluates the minutes; longer : what is folded from them, by timeframe;
    combine : finds what needs several timeframes, from all that one close evaluated, in order;
    last_start_ms : (n_symbols,) start of each symbol's last evaluated bar; history_ms : the same
    when this run began;
    floor_ms : minutes before it belong to an earlier run or to history; a bar of theirs that
    this run pieced together from late trades is not true, so it is fetched instead; without REST
    (`order_repair` is None) it stays partial, and is dropped where a bar was known already;
    session_id : names the session.
    """

    minute: Frame
    longer: Mapping[str, Frame]
    folding: Folding
    road: Carrier
    writer: Store
    announcer: Announcer
    board: QuoteBoard
    counters: Counters
    order_repair: OrderRepair | None
    clock: Callable[[], float]
    last_start_ms: Int64
    combine: Callable[[Sequence[Evaluated]], Found] = no_combos
    floor_ms: int = 0
    through_ms: int = 0
    session_id: Callable[[], str] = lambda: NO_SESSION
    history_ms: Int64 = field(init=False)

    def __post_init__(self) -> None:
        self.history_ms = self.last_start_ms.copy()

    @property
    def engines(self) -> Mapping[str, SignalEngine]:
        """Return the engine of each timeframe."""
        frames = (self.minute, *self.longer.values())
        return {frame.timeframe: frame.engine for frame in frames}

    def begin(self, floor_ms: int, alerts_from_ms: Int64 | int) -> None:
        """Take what was evaluated so far as history, and minutes before `floor_ms` as others'.

        alerts_from_ms : what closed by then alerts nobody, (n_symbols,) or for all.
        """
        self.floor_ms = floor_ms
        for frame in (self.minute, *self.longer.values()):
            frame.alerts_from_ms[:] = alerts_from_ms
        self.history_ms = self.last_start_ms.copy()
        self._reach(int(self.last_start_ms.max(initial=0)) + MINUTE_MS)

    def pass_on(self, closed: ClosedBars, received_at: float, closed_through_ms: int = 0) -> None:
        """Evaluate bars sorted by (start_ms, row) and hand on what follows from them.

        received_at : unix seconds, arrival of the frame that completed them; closed_through_ms :
        minutes that ended by then have closed for every symbol.
        """
        if (closed.quality == QUALITY_BACKFILLED).any():
            self._reach(closed_through_ms)
        self.catch_up(self._fetched_instead(closed), received_at, closed_through_ms)

    def catch_up(
        self,
        closed: ClosedBars,
        received_at: float,
        closed_through_ms: int = 0,
        revised: Mapping[str, ClosedBars] | None = None,
    ) -> None:
        """Do the same for bars that history vouches for, whenever they began.

        revised : longer bars whose minutes changed while nobody watched, by timeframe.
        """
        self._reach(int(closed.start_ms.max(initial=0)) + MINUTE_MS)
        closed = self._continued(closed)
        regular = self._numbered(closed.take(self.minute.sessions.regular(closed.start_ms)))
        if not revised and self._ends_nothing_before(regular):
            work = self._minutes_first(regular, closed_through_ms)
        else:
            steps = self.folding.advance(regular, closed_through_ms)
            if revised:
                steps.insert(0, Step(ClosedBars.empty(), dict(revised)))
            work = (item for step in steps for item in self._work_of(step))
        self._work(work, closed, received_at)

    def _reach(self, now_ms: int) -> None:
        """Let what expired by the market's time alert nobody from now on.

        It is that of the newest bar: the last one before a silence closes after it, but in time.
        """
        for frame in (self.minute, *self.longer.values()):
            frame.reached_ms = max(frame.reached_ms, now_ms)

    def _ends_nothing_before(self, minutes: ClosedBars) -> bool:
        """Tell whether minutes begin together, and no longer bar closes before they do."""
        if not len(minutes) or minutes.start_ms[0] != minutes.start_ms[-1]:
            return False
        return self.folding.next_end_ms > int(minutes.start_ms[0])

    def _minutes_first(self, minutes: ClosedBars, closed_through_ms: int) -> Iterator[Work]:
        """Return what evaluates minutes that begin together; they are folded after their turn."""
        most, folding = MOST_EVENTS - 2 * MOST_OF_COMBOS, self.folding
        start_ms = int(minutes.start_ms[0])
        ends = folding.next_end_ms <= max(closed_through_ms, start_ms)
        yield self.minute, minutes, most // 2 if ends else most
        for step in folding.advance(minutes, closed_through_ms):
            yield from self._work_of(replace(step, minutes=ClosedBars.empty()), most // 2)

    def _work_of(self, step: Step, most: int = MOST_EVENTS - 2 * MOST_OF_COMBOS) -> list[Work]:
        """Return what evaluates the bars of a step, the minutes first, then shortest first.

        Each with the most events that may come of it: half for the minutes of a close that ends
        longer bars, too.
        """
        found = [(self.minute, step.minutes)] if len(step.minutes) else []
        found += [
            (self.longer[name], bars) for name, bars in step.longer.items() if name in self.longer
        ]
        if not len(step.minutes):
            return [(frame, bars, most // len(found)) for frame, bars in found]
        if len(found) == 1:
            return [(*found[0], most)]
        half = most // 2
        return [
            (frame, bars, half if frame is self.minute else half // (len(found) - 1))
            for frame, bars in found
        ]

    def _work(self, work: Iterable[Work], closed: ClosedBars, received_at: float) -> None:
        """Evaluate in order; what one found is on its way while the next is looked at."""
        parts: list[Evaluated] = []
        crossed: Crossed = {}
        for frame, bars, most in work:
            part = frame.evaluate(bars, most)
            self._submit(part.alerts, received_at)
            parts.append(part)
            crossed.setdefault(part.timeframe, []).append(frame.cross(part.indicators))
            self._count(part)
        if not parts and not len(closed):
            return
        self._conclude(parts, crossed, closed, received_at)
        self.board.closed(closed)
        self.counters.bars += int((closed.revision == 0).sum())
        self.counters.revisions += int((closed.revision > 0).sum())

    def _submit(self, found: Found, received_at: float) -> None:
        """Send a part of a close ahead; how far was evaluated comes with the last one."""
        if len(found):
            self.road.submit(Load(found, received_at, self.clock(), None, None))

    def _conclude(
        self, parts: Sequence[Evaluated], crossed: Crossed, closed: ClosedBars, received_at: float
    ) -> None:
        """Send the alerts of what needs several timeframes; `parts` are all of the close."""
        combined = self.combine(parts)
        self.counters.patterns += len(combined)
        self.through_ms = max(self.through_ms, int(closed.start_ms.max(initial=0)))
        now = self.clock()
        follow_up = partial(self._follow_up, closed, parts, crossed, self.session_id(), now)
        self.road.submit(Load(combined, received_at, now, self._done_ms() or None, follow_up))

    def _done_ms(self) -> int:
        """Return the last minute that is done with; the longer bars that it ends come after it."""
        ends_more = self.folding.next_end_ms == self.through_ms + MINUTE_MS
        return self.through_ms - MINUTE_MS if ends_more else self.through_ms

    def _count(self, part: Evaluated) -> None:
        self.counters.refused.update(part.refused)
        self.counters.ended.update(part.ended)
        self.counters.held.update(part.held)
        self.counters.patterns += len(part.alerts)

    def _follow_up(
        self,
        closed: ClosedBars,
        parts: Sequence[Evaluated],
        crossed: Crossed,
        session_id: str,
        at: float,
    ) -> None:
        """Tell and store what nobody waits for; runs on the road's thread."""
        minutes = [part for part in parts if part.timeframe == self.minute.timeframe]
        whole = join([part.indicators for part in minutes])
        left = [(self.minute, Close(closed, whole, self.minute.timeframe))]
        for part in parts:
            if part.timeframe in self.longer:
                close = Close(part.bars, part.indicators, part.timeframe)
                left.append((self.longer[part.timeframe], close))
        left = [one for one in left if len(one[1])]
        for _, close in left:
            self.writer.submit(close)
        for frame, close in left:
            lines = Crossings.join(crossed.get(frame.timeframe, []))
            self._announce(frame, close, lines, session_id, at)

    def _announce(
        self, frame: Frame, close: Close, crossed: Crossings, session_id: str, at: float
    ) -> None:
        self.announcer.bars(close.bars, frame.timeframe, at)
        self.announcer.indicators(close.indicators, frame.timeframe, at)
        since_ms = frame.alerts_from_ms - TIMEFRAME_MS[frame.timeframe] + MINUTE_MS
        self.counters.refused["restated_crossings"] = sum(
            each.crossings.misled for each in (self.minute, *self.longer.values())
        )
        self.announcer.crossings(crossed.since(since_ms), frame.timeframe, session_id, at)

    def _continued(self, bars: ClosedBars) -> ClosedBars:
        """Let bars that come again go on from the revision under which they are held."""
        again = bars.start_ms <= self.last_start_ms[bars.row]
        if not again.any():
            return bars
        known = continued(self.minute.engine.history, bars.take(again))
        revision = bars.revision.copy()
        revision[again] = known.revision
        return replace(bars, revision=revision)

    def _numbered(self, bars: ClosedBars) -> ClosedBars:
        """Give a bar that comes after a later one of its symbol at least revision 1.

        A fetched one that comes again with the same values must stay the same.
        """
        late = (bars.start_ms < self.last_start_ms[bars.row]) & (bars.revision == 0)
        late &= bars.quality != QUALITY_BACKFILLED
        np.maximum.at(self.last_start_ms, bars.row, bars.start_ms)
        return replace(bars, revision=np.where(late, 1, bars.revision).astype(np.int32))

    def _fetched_instead(self, closed: ClosedBars) -> ClosedBars:
        untrue = (closed.start_ms < self.floor_ms) & (closed.quality == QUALITY_PARTIAL)
        if not untrue.any():
            return closed
        if self.order_repair is None:
            known = untrue & (closed.start_ms <= self.history_ms[closed.row])
            self.counters.dropped[OF_AN_EARLIER_RUN] += int(known.sum())
            return closed.take(~known)
        for row, start_ms in zip(
            closed.row[untrue].tolist(), closed.start_ms[untrue].tolist(), strict=True
        ):
            gap = Gap(start_ms, start_ms + MINUTE_MS)
            self.order_repair(gap, (self.announcer.symbols[row],))
        return closed.take(~untrue)
