"""Run Streaming: catch up, let the feed in, keep the beats, stop in order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from pl.bus.heartbeat import EVERY_S as BEAT_EVERY_S
from pl.bus.heartbeat import Heartbeat
from pl.bus.telemetry import TelemetryPublisher
from pl.errors import Unavailable
from pl.feeds.feed import Feed
from pl.health_page import add_routes, listen, report
from pl.market.batches import UInt8
from pl.store.flow import ALIVE_EVERY_S, FlowLog
from pl.streaming.market_loop import MarketLoop
from pl.streaming.quotes import QuoteBoard
from pl.streaming.road import Road
from pl.streaming.vitals import Vitals
from pl.streaming.writer import Writer

log = structlog.get_logger()

QUOTES_EVERY_S: Final = 0.25
HEALTH_EVERY_S: Final = 10.0
STOP_S: Final = 5.0


@dataclass(slots=True)
class StreamingService:
    """Hold the parts that run; built by `pl.bootstrap`, already caught up."""

    feed: Feed
    loop: MarketLoop
    road: Road
    writer: Writer
    telemetry: TelemetryPublisher
    board: QuoteBoard
    vitals: Vitals
    heartbeat: Heartbeat
    flow_log: FlowLog
    clock: Callable[[], float]
    port: int
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()
    _started_at: float = 0.0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self) -> None:
        """Work until SIGINT or SIGTERM; raises Unavailable when the feed refuses us."""
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        self._started_at = self.clock()
        runner = await self._listen()
        self.road.start()
        self.writer.start()
        await self._log_start()
        try:
            await self._work_until(stop)
        finally:
            await self._stop(runner)

    async def _listen(self) -> web.AppRunner:
        app, registry = web.Application(), CollectorRegistry()
        self.vitals.register(registry)
        add_routes(app, self.vitals.parts, registry)
        try:
            return await listen(app, self.port)
        except OSError as error:
            raise Unavailable(f"port {self.port}", str(error)) from error

    async def _work_until(self, stop: asyncio.Event) -> None:
        market = asyncio.create_task(self.loop.run(), name="market")
        self._tasks = [
            asyncio.create_task(self.feed.run(self.loop.inbox), name="feed"),
            asyncio.create_task(self._every(QUOTES_EVERY_S, self._send_quotes)),
            asyncio.create_task(self._every(HEALTH_EVERY_S, self._send_health)),
            asyncio.create_task(self._every(BEAT_EVERY_S, self._beat)),
            asyncio.create_task(self._every(ALIVE_EVERY_S, self._log_alive)),
        ]
        stopping = asyncio.create_task(stop.wait())
        watched = {market, stopping, *self._tasks}
        while not stopping.done():
            done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            watched -= done
            if self.loop.refused:
                raise Unavailable("feed", self.loop.refused)
        market.cancel()
        stopping.cancel()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            if self.vitals.failure():
                raise RuntimeError(self.vitals.failure())
            await work()
            await asyncio.sleep(seconds)

    async def _send_quotes(self) -> None:
        loop, now = self.loop, self.clock()
        quotes = loop.bars.developing()
        states = self._states()
        changed = self.board.changed(quotes, states)
        if changed is not None:
            loop.announcer.quotes(changed, now)

    async def _send_health(self) -> None:
        now = self.clock()
        health = self.vitals.streaming_health(now, self._states())
        self.loop.announcer.streaming_health(health, now)
        self.loop.announcer.system_health(report(self.vitals.parts()), now)
        log.info(
            "streaming",
            status=health.status,
            ticks_per_second=health.data_flow.ticks_per_second,
            bars_per_minute=health.data_flow.bars_per_minute,
            published=health.patterns_published,
            held_back=health.held_back,
        )

    async def _beat(self) -> None:
        try:
            await asyncio.to_thread(self.heartbeat.beat, self.clock())
        except Unavailable as error:
            self._tell("REDIS_AWAY", error)

    async def _log_alive(self) -> None:
        last = self.road.state.last_published_at
        now = self.clock()

        def write() -> None:
            self.flow_log.alive(
                now,
                patterns_detected=self.loop.counters.patterns,
                uptime_seconds=round(now - self._started_at, 1),
                last_pattern_time=last or None,
            )

        await self._logged(write)

    async def _log_start(self) -> None:
        session = self.loop.session
        await self._logged(
            lambda: self.flow_log.started(
                self._started_at, market=session.market, universe=session.universe_key
            )
        )

    async def _logged(self, write: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(write)
        except Unavailable as error:
            self._tell("POSTGRESQL_AWAY", error)

    def _tell(self, code: str, error: Unavailable) -> None:
        self.loop.trouble.report(code, str(error), self.clock(), severity="error")

    def _states(self) -> UInt8:
        loop = self.loop
        return self.board.states(
            loop.bars.developing(),
            loop.now_ms(),
            loop.feed_time.last_event_ms or -1,
            market_open=loop.session.current is not None,
        )

    async def _stop(self, runner: web.AppRunner) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.loop.repair is not None:
            await self.loop.repair.close()
        self.loop.session.stop()
        await asyncio.to_thread(self.road.stop, STOP_S)
        await asyncio.to_thread(self.writer.stop, STOP_S)
        now, patterns = self.clock(), self.loop.counters.patterns
        await self._logged(lambda: self.flow_log.stopped(now, patterns_detected=patterns))
        await asyncio.to_thread(self.telemetry.close)
        for close in self.closers:
            await close()
        await runner.cleanup()
