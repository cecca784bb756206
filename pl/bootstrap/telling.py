"""Build what tells Redis and the error log how Streaming is."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contracts.messages.streaming import ErrorReport
from contracts.names import RAW_TICKS
from pl.bus.connection import connect
from pl.bus.telemetry import TelemetryPublisher
from pl.market.batches import TradeBatch
from pl.settings import Settings
from pl.store.error_log import ErrorLog
from pl.streaming.announcer import Announcer
from pl.streaming.raw_ticks import TickWriter
from pl.trouble import TroubleDesk
from service.errors import Unavailable

COMPONENT: Final = "streaming"
MOST_TICK_SYMBOLS: Final = 500


@dataclass(frozen=True, slots=True)
class Telling:
    """Hold the voices; ticks have a connection of their own, so that they never push out news."""

    announcer: Announcer
    trouble: TroubleDesk
    publish_ticks: Callable[[TradeBatch], None]
    publishers: tuple[TelemetryPublisher, ...]

    def start(self) -> None:
        """Start sending."""
        for publisher in self.publishers:
            publisher.start()


def build_telling(settings: Settings, symbols: tuple[str, ...], errors: ErrorLog) -> Telling:
    """Return the voices of Streaming, not started."""
    news = TelemetryPublisher(connect(settings.redis_url, "telemetry"))
    announcer = Announcer(
        publish=news.publish,
        symbols=symbols,
        indicator_rows=settings.publish_indicator_symbols,
        publish_once=news.publish_once,
    )

    def report(error: ErrorReport) -> None:
        at = time.time()
        announcer.error(error, at)
        asyncio.get_running_loop().run_in_executor(None, _keep, errors, error, at)

    trouble = TroubleDesk(report, COMPONENT, COMPONENT)
    source = tick_source(settings, len(symbols))
    if not source:
        return Telling(announcer, trouble, lambda _: None, (news,))
    ticks = TelemetryPublisher(connect(settings.redis_url, "ticks"))
    writer = TickWriter(symbols, source)

    def publish_ticks(batch: TradeBatch) -> None:
        ticks.publish_all(RAW_TICKS, writer.encode(batch))

    return Telling(announcer, trouble, publish_ticks, (news, ticks))


def tick_source(settings: Settings, n_symbols: int) -> str:
    """Return the `source` of raw ticks, empty when they are not published.

    What came from the channel never goes back there; a replay faster than time would flood it.
    """
    hurried = settings.feed == "replay" and settings.replay_speed != 1
    wanted = settings.publish_ticks == "on" or (
        settings.publish_ticks == "auto" and n_symbols <= MOST_TICK_SYMBOLS and not hurried
    )
    if settings.feed == "redis" or not wanted:
        return ""
    return "massive" if settings.market == "real" else settings.market


def _keep(errors: ErrorLog, error: ErrorReport, at: float) -> None:
    try:
        errors.write(error, at, source=COMPONENT)
    except Unavailable:
        return  # the report stands in the log and on the channel
