"""Run the DataLoader until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from pl.bus.telemetry import TelemetryPublisher
from pl.health_page import add_routes
from pl.jobs.desk import Desk
from pl.jobs.intake import Intake
from pl.jobs.reporting import Reporter
from pl.jobs.vitals import Vitals
from pl.serving import Dependencies, first_end, listen_or_refuse, stop_signal

log = structlog.get_logger()

STOP_S: Final = 5.0
FLUSH_EVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class LoaderService:
    """Hold the parts that run; built by `pl.bootstrap`."""

    desk: Desk
    intake: Intake
    reporter: Reporter
    dependencies: Dependencies
    telemetry: TelemetryPublisher
    port: int
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def run(self) -> None:
        """Work until SIGINT or SIGTERM; raises Unavailable when the port is taken."""
        stop = stop_signal()
        await self.dependencies.ask()
        await asyncio.to_thread(self.intake.begin)  # before anybody is told that we listen
        runner = await self._listen()
        self.telemetry.start()
        log.info("listening", port=self.port)
        listening = asyncio.create_task(asyncio.to_thread(self.intake.run), name="intake")
        tasks = [
            asyncio.create_task(self.desk.run(), name="desk"),
            asyncio.create_task(self.reporter.run(), name="reporter"),
            asyncio.create_task(self.dependencies.watch(), name="dependencies"),
            asyncio.create_task(self._say_what_was_counted(), name="trouble"),
        ]
        stopping = asyncio.create_task(stop.wait())
        try:
            await first_end({listening, stopping, *tasks})
        finally:
            stopping.cancel()
            await self._stop(tasks, listening, runner)

    async def _listen(self) -> web.AppRunner:
        app, registry = web.Application(), CollectorRegistry()
        vitals = Vitals(self.desk, self.dependencies)
        vitals.register(registry)
        add_routes(app, vitals.parts, registry)
        return await listen_or_refuse(app, self.port)

    async def _stop(
        self, tasks: list[asyncio.Task[None]], listening: asyncio.Task[None], runner: web.AppRunner
    ) -> None:
        self.intake.stop()
        await asyncio.wait({listening})
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._say_the_last()
        await asyncio.to_thread(self.intake.forget_the_rest)
        await asyncio.to_thread(self.telemetry.close)
        for close in self.closers:
            await close()
        await runner.cleanup()

    async def _say_what_was_counted(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            self.desk.trouble.flush(self.desk.clock())

    async def _say_the_last(self) -> None:
        try:
            await asyncio.wait_for(self.reporter.flush(), STOP_S)
        except TimeoutError:
            log.warning("job_status_unsaid", waited_s=STOP_S)
