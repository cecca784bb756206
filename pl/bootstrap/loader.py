"""Build the DataLoader."""

import asyncio
import queue
import time
from collections.abc import Callable

from contracts import names
from contracts.codec import encode
from contracts.messages.envelopes import flat
from contracts.messages.jobs import JobStatus
from contracts.messages.streaming import ErrorReport
from pl.bootstrap.shared import (
    build_rest,
    build_sessions,
    check_market,
    redis_ping,
    resolve_universe,
)
from pl.bus.connection import connect
from pl.bus.jobs import JobQueue
from pl.bus.orders import Job, Order
from pl.bus.telemetry import TelemetryPublisher
from pl.feeds.massive_rest import MassiveRest
from pl.jobs.desk import Desk
from pl.jobs.historical_load import HistoricalLoad, History
from pl.jobs.intake import Deliver, Intake
from pl.jobs.pieces import HOURLY
from pl.jobs.plans import MOST_YEARS
from pl.jobs.reporting import COMPONENT, Reporter
from pl.jobs.service import LoaderService
from pl.jobs.session_hours import SessionHours
from pl.jobs.work import NO_HISTORY, NO_HISTORY_OF_A_REPLAY, Work
from pl.market.batches import SymbolTable
from pl.serving import Dependencies
from pl.settings import Settings
from pl.store.bars import BarStore
from pl.store.claim import DATALOADER, claim_writing
from pl.store.connection import Database
from pl.store.error_log import ErrorLog
from pl.store.jobs import JobLog
from pl.store.universes import UniverseStore
from pl.trouble import TroubleDesk
from service.errors import Unavailable


async def run_loader(settings: Settings) -> None:
    """Build and run the DataLoader until told to stop; raises Unavailable."""
    await asyncio.to_thread(check_market, settings)
    bars, rest_of_it, health = (
        Database(settings.database_url, application=f"tickstock-loader-{name}")
        for name in ("bars", "log", "health")
    )
    databases = (bars, rest_of_it, health)
    try:
        await asyncio.to_thread(claim_writing, bars, DATALOADER)
        build = _Build(settings, *databases)
        await asyncio.to_thread(build.ping_redis)
        await build.service().run()
    finally:
        for database in databases:
            database.close()


class _Build:
    def __init__(self, settings: Settings, bars: Database, log: Database, health: Database) -> None:
        self._settings = settings
        self._bars = bars
        self._health = health
        self._rows = JobLog(log)
        self._errors = ErrorLog(log)
        self._universes = UniverseStore(log)
        self._rest: MassiveRest | None = build_rest(settings, SymbolTable(()))
        self._telemetry = TelemetryPublisher(connect(settings.redis_url, "loader-telemetry"))
        self.ping_redis = redis_ping(connect(settings.redis_url, "loader-health"))
        self._trouble = TroubleDesk(self._report, COMPONENT, "jobs")

    def service(self) -> LoaderService:
        """Return the DataLoader, its unfinished jobs known."""
        finished: queue.SimpleQueue[Job] = queue.SimpleQueue()
        reporter = Reporter(
            statuses=JobQueue(connect(self._settings.redis_url, "loader-status")),
            rows=self._rows,
            publish=self._telemetry.publish,
            settled=finished.put,
            clock=time.time,
        )
        desk = Desk(self._work(), reporter, self._trouble, time.time)
        desk.expect(self._rows.unfinished())
        orders = JobQueue(connect(self._settings.redis_url, "loader"))
        intake = Intake(orders, self._on_the_loop(desk.take), finished)
        return LoaderService(
            desk=desk,
            intake=intake,
            reporter=reporter,
            dependencies=Dependencies({"postgresql": self._health.ping, "redis": self.ping_redis}),
            telemetry=self._telemetry,
            port=self._settings.loader_port,
            closers=(self._rest.close,) if self._rest else (),
        )

    def _work(self) -> Work:
        def resolve(key: str) -> tuple[str, ...]:
            return resolve_universe(self._universes, key, "universe_key")

        replayed = self._settings.feed == "replay"
        missing = NO_HISTORY_OF_A_REPLAY if replayed else NO_HISTORY
        return Work(self._load(), missing, resolve, time.time)

    def _load(self) -> HistoricalLoad | None:
        rest = self._rest
        if rest is None:
            return None
        sources = {"1min": rest.minute_bars, HOURLY: rest.half_hour_bars, "daily": rest.daily_bars}
        hours = SessionHours(lambda: build_sessions(self._settings.market, int(MOST_YEARS)))
        return HistoricalLoad(
            history=History(sources, hours, rest.ticker, lambda: rest.trouble.untold(time.time())),
            store=BarStore(self._bars),
            universes=self._universes,
            refused=self._refused,
        )

    def _refused(self, cause: str, count: int) -> None:
        self._trouble.report("MALFORMED_HISTORY", cause, time.time(), count=count)

    def _report(self, report: ErrorReport) -> None:
        at = time.time()
        self._telemetry.publish(names.ERRORS, encode(flat("error", at, COMPONENT, report)))

        def write() -> None:
            try:
                self._errors.write(report, at, source=COMPONENT)
            except Unavailable:
                return  # the report stands in the log and on the channel

        asyncio.get_running_loop().run_in_executor(None, write)

    @staticmethod
    def _on_the_loop(take: Callable[[Order | None, JobStatus | None], None]) -> Deliver:
        loop = asyncio.get_running_loop()

        def deliver(order: Order | None, before: JobStatus | None) -> None:
            loop.call_soon_threadsafe(take, order, before)

        return deliver
