"""Take what the feed brings, close minutes when their time has come, pass them on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contracts.messages.streaming import CriticalAlert
from pl.market.aggregation import MinuteBars
from pl.market.batches import MINUTE_MS, BarBatch, FeedNotice, TradeBatch
from pl.market.rejections import Rejections
from pl.streaming.announcer import Announcer
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.feed_time import FeedTime
from pl.streaming.inbox import Backfill, Inbox, Item
from pl.streaming.repair import Repair
from pl.streaming.session import SessionFollower
from pl.streaming.watch import Gap, Watch, minute_of
from pl.trouble import TroubleDesk

TURN_S: Final = 0.25
IDLE_MS: Final = 2_000
"""A minute that ended so long ago by the feed's clock closes without a trade of the next."""

LOST: Final = frozenset({"disconnected", "mute", "evicted"})


@dataclass(slots=True)
class MarketLoop:
    """Own the bars; everything that changes them happens here, in order.

    `refused` and `ended` tell why `run` returned.
    """

    inbox: Inbox
    bars: MinuteBars
    closing: Closing
    session: SessionFollower
    watch: Watch
    repair: Repair | None
    feed_time: FeedTime
    announcer: Announcer
    counters: Counters
    trouble: TroubleDesk
    clock: Callable[[], float]
    symbols: tuple[str, ...]
    live: bool
    closed_through_ms: int = 0
    refused: str = ""
    ended: bool = False
    last_received_at: float = 0.0
    lag_ms: float = 0.0

    async def run(self) -> None:
        """Work until the feed is refused or at its end, or until cancelled."""
        while not self.refused and not self.ended:
            for item in await self.inbox.take(TURN_S):
                self.take(item)
            self.turn()
            await asyncio.sleep(0)
        self.turn()

    def take(self, item: Item) -> None:
        """Let one item change the bars, and close a minute when it passes the watermark."""
        match item:
            case TradeBatch():
                self._trades(item)
            case BarBatch():
                self._bars(item)
            case Backfill(bars=bars):
                self._note(self.bars.add_bars(bars, backfill=True))
            case FeedNotice():
                self._notice(item)

    def turn(self) -> None:
        """Do what time alone brings: idle closes, revisions, sessions, repairs."""
        now_ms = self.now_ms()
        self.session.follow(now_ms)
        idle_ms = now_ms - IDLE_MS if self.live else 0
        if idle_ms >= self.closed_through_ms + MINUTE_MS > MINUTE_MS:
            self._close(idle_ms)
        else:
            self.closing.pass_on(self.bars.close(), self.last_received_at)
        if self.repair is not None:
            self.repair.start_due(now_ms)

    def now_ms(self) -> int:
        """Return the feed's time."""
        return self.feed_time.now_ms(self.clock())

    def order_repair(self, gap: Gap, symbols: tuple[str, ...] = ()) -> None:
        """Ask for minutes by REST, where there is REST."""
        if self.repair is not None:
            self.repair.order(gap, symbols)

    def _trades(self, batch: TradeBatch) -> None:
        self.counters.ticks += len(batch)
        if len(batch):
            self._observe(int(batch.t_ms.max()), batch.received_at)
        self.announcer.ticks(batch)
        self._note(self.bars.add_trades(batch))
        self._close_if_due(batch.received_at)

    def _bars(self, batch: BarBatch) -> None:
        self.counters.ticks += len(batch)
        if len(batch):
            self._observe(int(batch.start_ms.max()) + batch.span_ms, batch.received_at)
        self._note(self.bars.add_bars(batch))
        self._close_if_due(batch.received_at)

    def _observe(self, newest_ms: int, received_at: float) -> None:
        self.feed_time.observe(newest_ms, received_at)
        self.lag_ms = max(0.0, received_at * 1000 - newest_ms)
        self.watch.frame(newest_ms)

    def _close_if_due(self, received_at: float) -> None:
        self.last_received_at = received_at
        watermark_ms = self.bars.watermark_ms
        if not self.closed_through_ms:
            self.closed_through_ms = minute_of(watermark_ms)
        elif watermark_ms >= self.closed_through_ms + MINUTE_MS:
            self._close(None)

    def _close(self, watermark_ms: int | None) -> None:
        closed = self.bars.close(watermark_ms)
        reached_ms = self.bars.watermark_ms if watermark_ms is None else watermark_ms
        self.closed_through_ms = max(self.closed_through_ms, minute_of(reached_ms))
        self.closing.pass_on(closed, self.last_received_at)

    def _note(self, rejections: Rejections) -> None:
        now = self.clock()
        for cause, count in rejections.counts().items():
            self.counters.dropped[cause] += count
            if cause != "duplicate":
                code = f"REFUSED_{cause.upper()}"
                self.trouble.report(code, f"events refused: {cause}", now, count=count)
        for row, start_ms in zip(
            rejections.refetch_row.tolist(), rejections.refetch_start_ms.tolist(), strict=True
        ):
            gap = Gap(start_ms, start_ms + MINUTE_MS)
            self.order_repair(gap, (self.symbols[row],))

    def _notice(self, notice: FeedNotice) -> None:
        at_ms = int(notice.at * 1000 - self.feed_time.lag_ms)
        match notice.kind:
            case "subscribed":
                self.counters.connections += 1
                self._doubt(self.watch.regained(at_ms))
            case "connected":
                pass
            case "malformed":
                self.counters.dropped[notice.detail] += notice.count
                detail = f"dropped: {notice.detail}"
                self.trouble.report("MALFORMED_DATA", detail, notice.at, count=notice.count)
            case "overflow":
                self.trouble.report("FEED_OVERFLOW", notice.detail, notice.at, severity="error")
                self._doubt(self.watch.lost(at_ms))
                self._doubt(self.watch.regained(at_ms))
            case "refused":
                self._refuse(notice)
            case "end":
                self._close(self.bars.clock_ms + 2 * MINUTE_MS)
                self.ended = True
            case kind if kind in LOST:
                self.counters.connections_failed += 1
                self._doubt(self.watch.lost(at_ms))
                self.trouble.report(f"FEED_{kind.upper()}", notice.detail, notice.at)
            case kind:
                self.trouble.report("FEED_NOTICE", f"{kind}: {notice.detail}", notice.at)

    def _doubt(self, gap: Gap) -> None:
        self.bars.mark_unwatched(gap.from_ms, gap.to_ms)
        self.order_repair(gap)

    def _refuse(self, notice: FeedNotice) -> None:
        self.refused = notice.detail
        message = f"the feed was refused: {notice.detail}"
        self.trouble.report("FEED_REFUSED", message, notice.at, severity="critical")
        alert = CriticalAlert(type="feed_refused", severity="critical", message=message)
        self.announcer.critical(alert, notice.at)
