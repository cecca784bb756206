"""Put Streaming together and bring it up to now."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import redis

from pl.bootstrap.beginning import Begun
from pl.bootstrap.evaluating import beside, know_told, warm_minutes
from pl.bootstrap.feeds import build_feed, cadence_ms
from pl.bootstrap.past import Past
from pl.bootstrap.roads import build_road
from pl.bootstrap.shared import build_rest
from pl.bootstrap.telling import build_telling
from pl.bus.connection import connect
from pl.bus.events import EventPublisher
from pl.bus.heartbeat import Heartbeat
from pl.market.aggregation import MinuteBars
from pl.market.batches import MINUTE_MS, BarBatch, Int64, SymbolTable
from pl.market.folding import Folding
from pl.market.halts import HOUR
from pl.market.rows import ByRow, newest
from pl.market.timeframes import INTRADAY
from pl.settings import Settings
from pl.store.standing import Standing
from pl.streaming.attention import LATE_MINUTES, Attention
from pl.streaming.beats import Beats
from pl.streaming.catch_up import History
from pl.streaming.closing import Closing
from pl.streaming.combos import join_combos
from pl.streaming.counters import Counters
from pl.streaming.expiry import Expiry
from pl.streaming.feed_time import FeedTime
from pl.streaming.first_rows import FirstRows
from pl.streaming.flows import remembered_since
from pl.streaming.frames import Frame
from pl.streaming.gap_book import GAPS, GapBook
from pl.streaming.inbox import Backfill, Inbox
from pl.streaming.keeping import Keeping
from pl.streaming.market_loop import SILENCE_MS, MarketLoop, nobody_waits
from pl.streaming.quotes import QuoteBoard
from pl.streaming.repair import Repair
from pl.streaming.road import PROGRESS, Road
from pl.streaming.service import StreamingService
from pl.streaming.session import SessionFollower
from pl.streaming.unsupported import take_back
from pl.streaming.vitals import Vitals
from pl.streaming.watch import Watch
from pl.streaming.writer import Writer

MINUTE: Final = INTRADAY[0]
MOST_BEHIND: Final = 1_000
"""So many closes may wait to be carried or stored before a replay is held up."""


class Building:
    """Put Streaming together from what has begun; `clock` is the wall clock in unix seconds."""

    def __init__(
        self, settings: Settings, begun: Begun, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._begun = begun
        self._stores = stores = begun.stores
        self._clock = clock
        self._symbols = begun.symbols
        self._table = SymbolTable(self._symbols)
        self._sessions = begun.sessions
        self._histories = begun.histories
        self._rest = build_rest(settings, self._table)
        self._redis: redis.Redis = connect(settings.redis_url, "streaming")
        self._telling = build_telling(settings, self._symbols, stores.errors)
        self._counters = Counters()
        self._board = QuoteBoard(self._symbols, cadence_ms(settings))
        self._bars = MinuteBars(len(self._symbols), depth=LATE_MINUTES)
        self._writer = Writer(self._symbols, stores.closes, stores.spooled_closes)
        self._live = settings.feed != "replay"
        self._inbox = Inbox(may_wait=not self._live, clock=clock)
        self._repair = self._build_repair()
        self._producer = f"streaming-{settings.market}"

    async def service(self) -> StreamingService:
        """Return Streaming, caught up, its telemetry running; raises Unavailable."""
        self._telling.start()
        newest_ms = await self._begun.newest_ms
        done_ms = await asyncio.to_thread(self._done_ms, newest_ms)
        now_ms, past, session = self._now_ms(done_ms), self._build_past(), self._build_session()
        history, stored, (road, standing) = await asyncio.gather(
            self._minutes(past, now_ms, done_ms),
            beside(past.stored_longer, now_ms),
            beside(self._build_road, newest_ms),
        )
        frames = know_told(await self._begun.frames, standing, self._symbols)
        walks, longer_walks = (one.walks for one in self._histories)
        warming = beside(
            warm_minutes, frames[MINUTE], self._sessions, history, walks.pop(MINUTE, None)
        )
        day = beside(session.begin_day, history.stored, now_ms)
        longer = await past.longer(history, stored, now_ms, done_ms)
        closing = self._build_closing(road, session, longer.folding, frames)
        await asyncio.gather(
            *(
                beside(one.warm, longer.warm.get(name, {}), longer_walks.pop(name, None))
                for name, one in closing.longer.items()
            )
        )
        self._take_over(closing, await warming)
        await day
        floor_ms = now_ms - now_ms % MINUTE_MS if self._live else 0
        loop = self._build_loop(closing, session, road, floor_ms)
        closing.begin(floor_ms, self._alerts_from(floor_ms, history, done_ms))
        take_back(closing, standing, {MINUTE: history.missed, **longer.changed})
        closing.catch_up(history.missed, self._clock(), floor_ms, longer.changed)
        return self._build_service(loop, road, done_ms)

    async def _minutes(self, past: Past, now_ms: int, done_ms: int | None) -> History:
        await self._begun.minutes_known
        return await past.minutes(now_ms, done_ms)

    async def close(self) -> None:
        """Let go of what a start that is given up had opened."""
        if self._rest:
            await self._rest.close()

    def _build_road(self, newest_ms: int) -> tuple[Road, Sequence[Standing]]:
        now_ms = int(self._clock() * 1000)
        since_ms = remembered_since(now_ms, newest_ms, self._sessions, live=self._live)
        standing = self._stores.standing.since(since_ms)
        publisher = EventPublisher(self._redis, self._producer)
        expires_at = Expiry(self._sessions).at
        road = build_road(
            self._producer, self._stores, publisher, standing, expires_at, self._clock
        )
        return road, standing

    def _build_past(self) -> Past:
        return Past(
            symbols=self._symbols,
            sessions=self._sessions,
            stores=self._stores,
            histories=self._histories,
            rest=self._rest,
            repair=self._repair,
            market=self._settings.market,
            live=self._live,
        )

    def _build_closing(
        self, road: Road, session: SessionFollower, folding: Folding, frames: dict[str, Frame]
    ) -> Closing:
        return Closing(
            minute=frames[MINUTE],
            longer={name: frame for name, frame in frames.items() if name != MINUTE},
            folding=folding,
            road=road,
            writer=self._writer,
            announcer=self._telling.announcer,
            board=self._board,
            counters=self._counters,
            order_repair=self._repair.order if self._repair else None,
            clock=self._clock,
            last_start_ms=np.zeros(len(self._symbols), np.int64),
            session_id=lambda: session.session_id,
        )

    def _build_session(self) -> SessionFollower:
        return SessionFollower(
            self._sessions,
            self._bars,
            self._telling.announcer,
            self._counters,
            self._settings.universe_key,
            self._settings.market,
            self._clock,
        )

    def _build_repair(self) -> Repair | None:
        if self._rest is None:
            return None
        clock = self._clock

        async def deliver(bars: BarBatch, asked_at: float) -> None:
            await self._inbox.put(Backfill(bars, asked_at))

        book = GapBook(self._settings.spool_dir / self._settings.market / GAPS, self._symbols)
        repair = Repair(self._rest.minute_bars, deliver, self._symbols, clock=clock, book=book)
        repair.resume(self._sessions.anchor_ms(MINUTE, int(clock() * 1000)))
        return repair

    def _done_ms(self, newest_ms: int) -> int | None:
        """Return the last minute that is done with; unix ms, None before the first.

        Without REST only what is stored is: bars that a crash kept from the database have to
        come from the feed again. newest_ms : start of the last bar stored.
        """
        through_ms = self._stores.patterns.through_ms(self._producer, PROGRESS)
        if through_ms is None or self._rest is not None:
            return through_ms
        return min(through_ms, newest_ms) if newest_ms >= 0 else None

    def _now_ms(self, done_ms: int | None) -> int:
        if self._live:
            return int(self._clock() * 1000)
        return 0 if done_ms is None else done_ms + MINUTE_MS

    def _alerts_from(self, floor_ms: int, history: History, done_ms: int | None) -> Int64:
        """Return until when what closed alerts nobody, (n_symbols,) unix ms.

        A first start is late for all of history, later ones for what a symbol missed that returns.
        """
        alerts_from = np.full(len(self._symbols), floor_ms if done_ms is None else 0, np.int64)
        if done_ms is not None:
            alerts_from[list(history.away)] = done_ms + MINUTE_MS
        return alerts_from

    def _take_over(self, closing: Closing, regular: ByRow) -> None:
        row, start_ms = newest(regular, HOUR)
        self._board.halts.traded(row, start_ms)
        np.maximum.at(closing.last_start_ms, row, start_ms)
        join_combos(closing, self._sessions)

    def _build_loop(
        self, closing: Closing, session: SessionFollower, road: Road, floor_ms: int
    ) -> MarketLoop:
        if self._live:
            since_ms = floor_ms - LATE_MINUTES * MINUTE_MS
            self._bars.mark_unwatched(since_ms, floor_ms)
        attention = Attention(
            watch=Watch(lost_from_ms=floor_ms) if self._live else Watch(),
            repair=self._repair,
            announcer=self._telling.announcer,
            counters=self._counters,
            trouble=self._telling.trouble,
        )
        writer = self._writer
        return MarketLoop(
            inbox=self._inbox,
            bars=self._bars,
            closing=closing,
            session=session,
            attention=attention,
            feed_time=FeedTime(live=self._live),
            counters=self._counters,
            publish_ticks=self._telling.publish_ticks,
            clock=self._clock,
            live=self._live,
            silence_ms=SILENCE_MS + cadence_ms(self._settings),
            held_up=nobody_waits
            if self._live
            else lambda: road.waiting + writer.waiting > MOST_BEHIND,
        )

    def _build_service(self, loop: MarketLoop, road: Road, done_ms: int | None) -> StreamingService:
        settings = self._settings
        feed = build_feed(
            settings,
            self._table,
            self._sessions,
            through_ms=done_ms,
            is_open=lambda: self._sessions.is_open(loop.now_ms()),
        )
        publishers = self._telling.publishers
        vitals = Vitals(loop, road, self._writer, publishers, settings.feed, settings.market)
        beats = Beats(
            loop=loop,
            board=self._board,
            vitals=vitals,
            heartbeat=Heartbeat(self._redis),
            flow_log=self._stores.flow_log,
            keep_house=self._stores.drop_expired,
            write_errors=self._stores.errors.write_waiting,
            clock=self._clock,
        )
        return StreamingService(
            feed=feed,
            loop=loop,
            road=road,
            writer=self._writer,
            telemetry=publishers,
            beats=beats,
            keeping=Keeping(
                self._begun.snapshots,
                loop.closing.engines,
                len(self._symbols),
                loop.closing.folding,
            ),
            first_rows=FirstRows(
                {name: frame.engine for name, frame in loop.closing.longer.items()},
                self._symbols,
                self._stores.indicators,
            ),
            port=settings.streaming_port,
            closers=(self._rest.close,) if self._rest else (),
        )
