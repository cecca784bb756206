"""Play a recording through the path that live data take."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import numpy as np

from pl.feeds.feed import Sink
from pl.feeds.recording import RecordedDay, Recording
from pl.market.batches import MINUTE_MS, FeedNotice, Int64

SLOTS_MS: Final = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000)
"""Rows of so many milliseconds are handed on together when a replay keeps time: of the first, or
of more where the recording runs faster than SHORTEST_SLOT_MS of the clock on the wall."""
SHORTEST_SLOT_MS: Final = 10
MOST_ROWS: Final = 8_192
MOST_NAMED: Final = 10
PLAYED_BEFORE: Final = "nothing is left to play: stored before"
PLAY_AGAIN: Final = "to play it again: python3 scripts/replay_again.py, then start again"
LONGEST_PAUSE_MS: Final = 30 * MINUTE_MS
"""A longer silence, such as a night, is skipped."""


class Replay:
    """Feed a recording at `speed` times real time, or as fast as the sink takes it (0).

    start_ms : where to resume, unix ms; earlier rows are left out. No batch spans a minute's
    end, so that bars close in a replay as they do live.
    """

    name = "replay"
    may_wait = True

    def __init__(self, recording: Recording, *, speed: float = 1.0, start_ms: int = 0) -> None:
        self._recording = recording
        self._start_ms = start_ms
        self._pace = Pace(speed)
        self.rows = 0

    def now_ms(self) -> int:
        """Return where the replay stands: 0 before its first event."""
        return self._pace.now_ms()

    async def run(self, sink: Sink) -> None:
        """Play to the end."""
        await sink.put(FeedNotice("connected", "replay", time.time()))
        days = self._recording.days()
        n_foreign = 0
        while (day := await asyncio.to_thread(next, days, None)) is not None:
            if self._recording.foreign > n_foreign:
                await sink.put(self._foreign(self._recording.foreign - n_foreign))
                n_foreign = self._recording.foreign
            await self._play(day, sink)
        await sink.put(FeedNotice("end", self._ended(), time.time(), self.rows))

    def _foreign(self, count: int) -> FeedNotice:
        symbols = sorted(self._recording.foreign_symbols)
        more = f" and {len(symbols) - MOST_NAMED} more" if len(symbols) > MOST_NAMED else ""
        return FeedNotice("foreign", ", ".join(symbols[:MOST_NAMED]) + more, time.time(), count)

    def _ended(self) -> str:
        if self.rows or not self._start_ms:
            return f"{self.rows} rows"
        through = datetime.fromtimestamp(self._start_ms / 1000, UTC)
        return f"{PLAYED_BEFORE} through {through:%Y-%m-%d %H:%M} UTC; {PLAY_AGAIN}"

    async def _play(self, day: RecordedDay, sink: Sink) -> None:
        first = int(np.searchsorted(day.t_ms, self._start_ms))
        for rows in _cuts(day.due_ms, first, slot_ms(self._pace.speed)):
            await self._pace.reach(int(day.due_ms[rows.stop - 1]))
            await sink.put(day.cut(rows, time.time()))
            self.rows += rows.stop - rows.start


class Pace:
    """Keep the replay's clock: it runs at `speed`, never past the event that is next.

    With speed 0 it stands at the last event.
    """

    def __init__(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.speed = speed
        self._clock = clock
        self._anchor_ms = 0
        self._anchored_at = 0.0
        self._next_ms = 0

    def now_ms(self) -> int:
        """Return the time of the recording, unix ms."""
        if self.speed <= 0 or not self._next_ms:
            return self._next_ms
        since_ms = (self._clock() - self._anchored_at) * 1_000 * self.speed
        return min(self._anchor_ms + int(since_ms), self._next_ms)

    async def reach(self, due_ms: int) -> None:
        """Wait until the event at `due_ms` is due."""
        if not self._next_ms or due_ms - self._next_ms > LONGEST_PAUSE_MS:
            self._anchor_ms, self._anchored_at = due_ms, self._clock()
        self._next_ms = due_ms
        if self.speed > 0:
            due_at = self._anchored_at + (due_ms - self._anchor_ms) / 1_000 / self.speed
            await asyncio.sleep(max(0.0, due_at - self._clock()))


def slot_ms(speed: float) -> int:
    """Return how many milliseconds of a recording are handed on together, a part of a minute."""
    if speed <= 0:
        return MINUTE_MS
    return max(ms for ms in SLOTS_MS if ms <= max(SLOTS_MS[0], SHORTEST_SLOT_MS * speed))


def _cuts(due_ms: Int64, first: int, slot_ms: int) -> list[slice]:
    """Return runs of rows in one slot, of at most MOST_ROWS each."""
    slots = due_ms[first:] // slot_ms
    edges = first + np.flatnonzero(np.diff(slots)) + 1
    bounds = [first, *edges.tolist(), len(due_ms)]
    return [
        slice(at, min(at + MOST_ROWS, stop))
        for start, stop in pairwise(bounds)
        for at in range(start, stop, MOST_ROWS)
    ]
