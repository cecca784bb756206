"""Take what the feed brings, close minutes when their time has come, pass them on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from pl.market.aggregation import MinuteBars
from pl.market.batches import (
    MINUTE_MS,
    BarBatch,
    ClosedBars,
    FeedNotice,
    HaltBatch,
    TradeBatch,
)
from pl.market.rejections import Rejections
from pl.streaming.attention import LATE_MINUTES, Attention
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.feed_time import FeedTime
from pl.streaming.inbox import Backfill, Inbox, Item
from pl.streaming.late import LateArrivals
from pl.streaming.session import SessionFollower
from pl.streaming.watch import Gap, minute_of

TURN_S: Final = 0.25
IDLE_MS: Final = 2_000
"""A minute that ended so long ago by the feed's clock closes without a trade of the next."""
SILENCE_MS: Final = 10_000
"""After so long without any event in a session something may have been missed unannounced; after
longer where the feed brings bars."""
LAST_CLOSE_MS: Final = 2 * IDLE_MS
"""So long at most a session that is over waits for its last minute to close."""
HELD_UP_S: Final = 0.01


def nobody_waits() -> bool:
    """Say that what follows the loop keeps up."""
    return False


@dataclass(slots=True)
class MarketLoop:
    """Own the bars; everything that changes them happens here, in order.

    publish_ticks : takes trades for `tickstock.data.raw`; held_up : asked before more is taken
    from a feed that may wait; silence_ms : see SILENCE_MS; lag_ms : from an event to its arrival,
    0 in a replay.
    """

    inbox: Inbox
    bars: MinuteBars
    closing: Closing
    session: SessionFollower
    attention: Attention
    feed_time: FeedTime
    counters: Counters
    publish_ticks: Callable[[TradeBatch], None]
    clock: Callable[[], float]
    live: bool
    held_up: Callable[[], bool] = nobody_waits
    silence_ms: int = SILENCE_MS
    ended: bool = False
    lag_ms: float = 0.0
    late: LateArrivals = field(default_factory=lambda: LateArrivals(LATE_MINUTES))
    closed_through_ms: int = field(default=0, init=False)
    _received_at: float = field(default=0.0, init=False)

    async def run(self) -> None:
        """Work until the feed is refused or at its end, or until cancelled."""
        self.session.follow(self.now_ms())
        while not self.attention.refused and not self.ended:
            for item in await self.inbox.take(TURN_S):
                self.take(item)
                if isinstance(item, Backfill):
                    await asyncio.sleep(0)
            self.turn()
            await asyncio.sleep(0)
            await self._let_others_keep_up()
        self.turn()

    def take(self, item: Item) -> None:
        """Let one item change the bars, and close a minute when it passes the watermark."""
        match item:
            case TradeBatch():
                self.counters.ticks += len(item)
                self.late.note(item.row, item.t_ms, self.now_ms(), item.received_at)
                self._note(self.bars.add_trades(item))
                self._passed(item.received_at)
                self.publish_ticks(item)
            case BarBatch():
                self.counters.ticks += len(item)
                self.late.note(item.row, item.start_ms, self.now_ms(), item.received_at)
                self._note(self.bars.add_bars(item))
                self._passed(item.received_at)
            case Backfill(bars=bars, asked_at=asked_at):
                refused = self.bars.add_bars(bars, backfill=True)
                self._note(replace(refused, duplicate=0))  # we asked for them once more
                for row, gap in self.late.unknown_to(bars, asked_at):
                    self._fetch(row, gap)
            case HaltBatch():
                self.closing.board.halts.told(item)
            case FeedNotice(kind="end", at=at):
                self.attention.hear(item, int(at * 1000))
                self._close(self.bars.clock_ms + 2 * MINUTE_MS)
                self.ended = True
            case FeedNotice():
                at_ms = int(item.at * 1000 - self.feed_time.lag_ms)
                for gap in self.attention.hear(item, at_ms):
                    self.bars.mark_unwatched(gap.from_ms, gap.to_ms)

    def turn(self) -> None:
        """Do what time alone brings: idle closes, revisions, sessions, repairs."""
        now_ms = self.now_ms()
        idle_ms = now_ms - IDLE_MS if self._is_idle() else 0
        if idle_ms >= self.closed_through_ms + MINUTE_MS:
            self._close(idle_ms)
        else:
            self._pass_on(self.bars.close())
        self._follow(now_ms)
        self.attention.start_due(now_ms)

    def now_ms(self) -> int:
        """Return the feed's time."""
        return self.feed_time.now_ms(self.clock())

    async def _let_others_keep_up(self) -> None:
        while self.held_up():  # noqa: ASYNC110 - the threads ahead set no event of ours
            await asyncio.sleep(HELD_UP_S)

    def _is_idle(self) -> bool:
        return self.live and self.inbox.is_empty and self.closed_through_ms > 0

    def _passed(self, received_at: float) -> None:
        """Follow the feed's clock, as far as it believes its events."""
        self._received_at = received_at
        clock_ms = self.bars.clock_ms
        if clock_ms < 0:
            return
        before_ms = self.feed_time.last_event_ms
        if clock_ms > before_ms:
            self.lag_ms = max(0.0, received_at * 1000 - clock_ms) if self.live else 0.0
            self._doubt_silence(before_ms, clock_ms)
        self.feed_time.observe(clock_ms, received_at)
        self.attention.watch.seen(clock_ms)
        watermark_ms = self.bars.watermark_ms
        if not self.closed_through_ms:
            self.closed_through_ms = minute_of(watermark_ms)
        elif watermark_ms >= self.closed_through_ms + MINUTE_MS:
            self._close(None)

    def _doubt_silence(self, before_ms: int, clock_ms: int) -> None:
        in_session = before_ms > 0 and self.session.current is not None
        if in_session and clock_ms - before_ms > self.silence_ms:
            self.attention.doubt(Gap(minute_of(before_ms), minute_of(clock_ms) + MINUTE_MS))

    def _close(self, watermark_ms: int | None) -> None:
        closed = self.bars.close(watermark_ms)
        reached_ms = self.bars.watermark_ms if watermark_ms is None else watermark_ms
        self.closed_through_ms = max(self.closed_through_ms, minute_of(reached_ms))
        self._pass_on(closed)
        self._follow(self.now_ms())

    def _follow(self, now_ms: int) -> None:
        """Follow the market's sessions; the last minute belongs to the one that ends with it."""
        session = self.session.current
        over_ms = now_ms - session.close_ms if session else 0
        if session and self.closed_through_ms < session.close_ms and 0 <= over_ms < LAST_CLOSE_MS:
            return
        self.session.follow(now_ms)

    def _pass_on(self, closed: ClosedBars) -> None:
        self.closing.pass_on(closed, self._received_at, self.closed_through_ms)

    def _note(self, rejections: Rejections) -> None:
        for cause, count in rejections.counts().items():
            self.attention.refuse(cause, count, self.clock())
        for row, start_ms in zip(
            rejections.refetch_row.tolist(), rejections.refetch_start_ms.tolist(), strict=True
        ):
            self._fetch(row, Gap(start_ms, start_ms + MINUTE_MS))
        running_ms = minute_of(max(self.bars.clock_ms, 0))
        for row in rejections.spoilt_row.tolist():
            self._fetch(row, Gap(running_ms - MINUTE_MS, running_ms + MINUTE_MS))

    def _fetch(self, row: int, gap: Gap) -> None:
        self.attention.order(gap, (self.closing.announcer.symbols[row],))
