"""Build Streaming and bring it up to now."""

import asyncio
import time
from typing import Final

import numpy as np
import redis

from contracts.messages.streaming import ErrorReport
from pl.bootstrap.feeds import build_feed
from pl.bootstrap.shared import build_rest, build_sessions, check_market, resolve_universe
from pl.bootstrap.stores import Stores, open_stores
from pl.bus.connection import connect
from pl.bus.events import EventPublisher
from pl.bus.heartbeat import Heartbeat
from pl.bus.recovery import recover
from pl.bus.telemetry import TelemetryPublisher
from pl.errors import Rejected, Unavailable
from pl.feeds.massive_rest import MassiveRest
from pl.market.aggregation import MinuteBars
from pl.market.batches import MINUTE_MS, BarBatch, SymbolTable
from pl.market.sessions import MarketSessions
from pl.settings import Settings
from pl.signals.engine import SignalEngine
from pl.signals.policy import Policy
from pl.streaming.announcer import Announcer
from pl.streaming.catch_up import CatchUp, History
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.feed_time import FeedTime
from pl.streaming.flows import KEEP_MS, Flows, FlowState
from pl.streaming.inbox import Backfill, Inbox
from pl.streaming.market_loop import MarketLoop
from pl.streaming.quotes import QuoteBoard
from pl.streaming.repair import Repair
from pl.streaming.road import PROGRESS, Road
from pl.streaming.service import StreamingService
from pl.streaming.session import SessionFollower
from pl.streaming.vitals import Vitals
from pl.streaming.watch import Watch
from pl.streaming.writer import Writer
from pl.trouble import TroubleDesk

TIMEFRAME: Final = "1min"
TIER: Final = "intraday"
WARM_BARS: Final = 664 + 1440
BARS_BEFORE_SESSION_MS: Final = {"simulated": 664 * MINUTE_MS}
DAYS_BEFORE_SESSION_MS: Final = 5 * 86_400_000
RING_MINUTES: Final = 16
MOST_TICK_SYMBOLS: Final = 500


async def run_streaming(settings: Settings) -> None:
    """Build, catch up and run until told to stop; raises Unavailable."""
    check_market(settings)
    stores = open_stores(settings)
    try:
        symbols = resolve_universe(stores.universes, settings.universe_key)
    except Rejected as error:
        raise Unavailable("universe", error.detail) from error
    service = await _Build(settings, stores, symbols).service()
    await service.run()
    for database in stores.databases:
        database.close()


class _Build:
    def __init__(self, settings: Settings, stores: Stores, symbols: tuple[str, ...]) -> None:
        self._settings = settings
        self._stores = stores
        self._symbols = symbols
        self._table = SymbolTable(symbols)
        self._sessions: MarketSessions = build_sessions(settings.market)
        self._rest: MassiveRest | None = build_rest(settings, self._table)
        self._redis: redis.Redis = connect(settings.redis_url, "streaming")
        self._telemetry = TelemetryPublisher(connect(settings.redis_url, "telemetry"))
        self._counters = Counters()
        self._trouble = TroubleDesk(self._report, "streaming", "streaming")
        self._announcer = Announcer(
            publish=self._telemetry.publish,
            symbols=symbols,
            timeframe=TIMEFRAME,
            indicator_rows=settings.publish_indicator_symbols,
            tick_source=self._tick_source(),
        )
        self._live = settings.feed != "replay"
        self._producer = f"streaming-{settings.market}"

    async def service(self) -> StreamingService:
        """Return Streaming, caught up, its telemetry running."""
        self._telemetry.start()
        road = await asyncio.to_thread(self._road)
        bars = MinuteBars(len(self._symbols), depth=RING_MINUTES)
        inbox = Inbox(may_wait=not self._live)
        feed_time = FeedTime(live=self._live)
        session = SessionFollower(
            self._sessions,
            bars,
            self._announcer,
            self._counters,
            self._settings.universe_key,
            self._settings.market,
            time.time,
        )
        board = QuoteBoard(self._symbols)
        writer = Writer(self._symbols, self._stores.bars, self._stores.indicators)
        repair = self._repair(inbox)
        closing = self._closing(road, writer, board, repair)
        through_ms = self._stores.patterns.through_ms(self._producer, PROGRESS)
        feed = build_feed(self._settings, self._table, self._sessions, through_ms)
        catch_up = CatchUp(
            self._symbols,
            self._stores.bars,
            self._stores.history,
            self._rest.minute_bars if self._rest else None,
            WARM_BARS,
        )
        now_ms = self._now_ms(through_ms)
        history = await catch_up.run(self._oldest_ms(now_ms), now_ms, through_ms)
        self._warm(closing, history)
        if self._live:
            session.begin_day(history.warm, now_ms)
        loop = MarketLoop(
            inbox=inbox,
            bars=bars,
            closing=closing,
            session=session,
            watch=self._watch(bars, closing, now_ms),
            repair=repair,
            feed_time=feed_time,
            announcer=self._announcer,
            counters=self._counters,
            trouble=self._trouble,
            clock=time.time,
            symbols=self._symbols,
            live=self._live,
        )
        closing.pass_on(history.missed, time.time())
        vitals = Vitals(
            loop,
            road,
            writer,
            self._telemetry,
            self._settings.feed,
            self._settings.market,
            catch_up.problem,
        )
        return StreamingService(
            feed=feed,
            loop=loop,
            road=road,
            writer=writer,
            telemetry=self._telemetry,
            board=board,
            vitals=vitals,
            heartbeat=Heartbeat(self._redis),
            flow_log=self._stores.flow_log,
            clock=time.time,
            port=self._settings.streaming_port,
            closers=(self._rest.close,) if self._rest else (),
        )

    def _road(self) -> Road:
        stores, publisher = self._stores, EventPublisher(self._redis, self._producer)
        stores.spool.drain()
        recovered = recover(stores.patterns, publisher, self._producer)
        since_ms = int(time.time() * 1000) - KEEP_MS if self._settings.feed != "replay" else 0
        known = (FlowState(*row) for row in stores.standing.since(since_ms))
        return Road(
            producer=self._producer,
            store=stores.patterns,
            spool=stores.spool,
            publisher=publisher,
            flows=Flows(known),
            next_seq=recovered.next_seq,
        )

    def _closing(
        self, road: Road, writer: Writer, board: QuoteBoard, repair: Repair | None
    ) -> Closing:
        engine = SignalEngine(
            self._symbols,
            TIMEFRAME,
            TIER,
            lambda ms: self._sessions.anchor_ms(TIMEFRAME, ms),
        )
        return Closing(
            engine=engine,
            policy=Policy(),
            sessions=self._sessions,
            road=road,
            writer=writer,
            announcer=self._announcer,
            board=board,
            counters=self._counters,
            order_repair=repair.order if repair else lambda _gap, _symbols: None,
            clock=time.time,
            last_start_ms=np.zeros(len(self._symbols), np.int64),
        )

    def _warm(self, closing: Closing, history: History) -> None:
        for row, bars in history.warm.items():
            regular = bars.take(self._sessions.regular(bars.start_ms))
            closing.engine.warm(row, regular)
            if len(regular):
                closing.last_start_ms[row] = regular.start_ms[-1]
        closing.policy.recall(closing.engine.recent(closing.policy.memory_bars))

    def _watch(self, bars: MinuteBars, closing: Closing, now_ms: int) -> Watch:
        if not self._live:
            return Watch()
        floor_ms = now_ms - now_ms % MINUTE_MS
        closing.floor_ms = floor_ms
        bars.mark_unwatched(floor_ms - RING_MINUTES * MINUTE_MS, floor_ms)
        return Watch(lost_from_ms=floor_ms)

    def _repair(self, inbox: Inbox) -> Repair | None:
        if self._rest is None:
            return None

        async def deliver(bars: BarBatch) -> None:
            await inbox.put(Backfill(bars))

        return Repair(self._rest.minute_bars, deliver, self._symbols)

    def _now_ms(self, through_ms: int | None) -> int:
        if self._live:
            return int(time.time() * 1000)
        return 0 if through_ms is None else through_ms + MINUTE_MS

    def _oldest_ms(self, now_ms: int) -> int:
        if not self._live:
            return 0
        anchor_ms = self._sessions.anchor_ms(TIMEFRAME, now_ms)
        before = BARS_BEFORE_SESSION_MS.get(self._settings.market, DAYS_BEFORE_SESSION_MS)
        return anchor_ms - before

    def _tick_source(self) -> str:
        settings = self._settings
        wanted = settings.publish_ticks == "on" or (
            settings.publish_ticks == "auto" and len(self._symbols) <= MOST_TICK_SYMBOLS
        )
        if settings.feed == "redis" or not wanted:
            return ""
        return {"real": "massive"}.get(settings.market, settings.market)

    def _report(self, report: ErrorReport) -> None:
        at = time.time()
        self._announcer.error(report, at)

        def write() -> None:
            try:
                self._stores.errors.write(report, at, source="streaming")
            except Unavailable:
                return  # the report stands in the log and on the channel

        asyncio.get_running_loop().run_in_executor(None, write)
