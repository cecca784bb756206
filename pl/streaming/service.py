"""Run Streaming: let the feed in, keep the beats, stop in order."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from prometheus_client import CollectorRegistry

from pl.bus.telemetry import TelemetryPublisher
from pl.feeds.feed import Feed
from pl.health_page import add_routes, listen
from pl.streaming.beats import Beats
from pl.streaming.collecting import leave_history_out
from pl.streaming.first_rows import FirstRows
from pl.streaming.keeping import Keeping
from pl.streaming.market_loop import MarketLoop
from pl.streaming.road import Road
from pl.streaming.writer import Writer
from service.errors import SettingsError, Unavailable

STOP_S: Final = 5.0
GIVE_WAY_S: Final = 0.000_5
"""So long at most a thread keeps the interpreter from another: the road of the alerts has one."""


@dataclass(slots=True)
class StreamingService:
    """Hold the parts that run; built by `pl.bootstrap`, already caught up.

    telemetry : started already; closers : awaited at the end.
    """

    feed: Feed
    loop: MarketLoop
    road: Road
    writer: Writer
    telemetry: tuple[TelemetryPublisher, ...]
    beats: Beats
    keeping: Keeping
    first_rows: FirstRows
    port: int
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Work until `stop` is set, or SIGINT or SIGTERM when none is given.

        Raises SettingsError when the feed refuses us, Unavailable when the port is taken.
        """
        sys.setswitchinterval(GIVE_WAY_S)
        stop = stop or _stopped_by_signal()
        leave_history_out()
        runner = await self._listen()
        try:
            self.road.start()
            self.writer.start()
            await self.beats.log_start()
            await self._work_until(stop)
        finally:
            await self._stop()
            await runner.cleanup()

    async def _listen(self) -> web.AppRunner:
        app, registry = web.Application(), CollectorRegistry()
        self.beats.vitals.register(registry)
        add_routes(app, self.beats.vitals.parts, registry)
        try:
            return await listen(app, self.port)
        except OSError as error:
            raise Unavailable(f"port {self.port}", str(error)) from error

    async def _work_until(self, stop: asyncio.Event) -> None:
        stopping = asyncio.ensure_future(stop.wait())
        works: list[Awaitable[None]] = [
            self.loop.run(),
            self.feed.run(self.loop.inbox),
            self.keeping.run(),
            self.first_rows.run(),
        ]
        works += self.beats.all()
        self._tasks = [stopping, *(asyncio.ensure_future(work) for work in works)]
        watched = set(self._tasks)
        while not stopping.done():
            done, watched = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if self.loop.attention.refused:
                named = "REDIS_URL" if self.feed.name == "redis" else "MASSIVE_API_KEY"
                refusal = f"{named}: refused by the feed: {self.loop.attention.refused}"
                raise SettingsError([refusal])

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.loop.attention.repair is not None:
            await self.loop.attention.repair.close()
        self.loop.session.stop()
        await asyncio.to_thread(self.road.stop, STOP_S)
        await asyncio.to_thread(self.writer.stop, STOP_S)
        await self.keeping.keep()
        await self.beats.log_stop()
        for telemetry in self.telemetry:
            await asyncio.to_thread(telemetry.close)
        for close in self.closers:
            await close()


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
