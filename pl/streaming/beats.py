"""What Streaming does every so often: quotes, health, heartbeats, checkpoints, housekeeping."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from pl.bus.heartbeat import EVERY_S as BEAT_EVERY_S
from pl.bus.heartbeat import Heartbeat
from pl.health_page import report
from pl.market.batches import UInt8
from pl.store.flow import ALIVE_EVERY_S, FlowLog
from pl.streaming.announcer import Announcer
from pl.streaming.market_loop import MarketLoop
from pl.streaming.quotes import QuoteBoard
from pl.streaming.vitals import Vitals
from service.errors import Unavailable

log = structlog.get_logger()

QUOTES_EVERY_S: Final = 0.25
MOST_PUT_OFF: Final = 2
"""Times in a row that quotes wait for alerts."""
LOOK_EVERY_S: Final = 1.0
HEALTH_EVERY_S: Final = 10.0
"""So often health is sent; in the first so many seconds, and when it changes, every second."""
HOUSE_EVERY_S: Final = 3_600.0
"""A table that somebody reads is not dropped, and soon tried again."""

Work = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Beats:
    """Hold what is due periodically.

    keep_house : drops what retention no longer keeps at a time (unix seconds), returns names;
    write_errors : stores the error reports that wait for PostgreSQL.
    """

    loop: MarketLoop
    board: QuoteBoard
    vitals: Vitals
    heartbeat: Heartbeat
    flow_log: FlowLog
    keep_house: Callable[[float], list[str]]
    write_errors: Callable[[], None]
    clock: Callable[[], float]
    _started_at: float = field(default=0.0, init=False)
    _quotes_put_off: int = field(default=0, init=False)
    _refused: Counter[str] = field(default_factory=Counter, init=False)
    _health_from: float = field(default=0.0, init=False)
    _health_sent: float = field(default=0.0, init=False)
    _health_said: tuple[object, ...] = field(default=(), init=False)

    def all(self) -> list[Awaitable[None]]:
        """Return what runs until it is cancelled; raises RuntimeError for a bug of ours."""
        return [
            _every(QUOTES_EVERY_S, self.send_quotes),
            _every(LOOK_EVERY_S, self.look_after),
            _every(LOOK_EVERY_S, self.send_due_health),
            _every(BEAT_EVERY_S, self.beat),
            _every(ALIVE_EVERY_S, self.log_alive),
            _every(HOUSE_EVERY_S, self.drop_expired),
        ]

    async def log_start(self) -> None:
        """Log that the producer started."""
        self._started_at = self.clock()
        session = self.loop.session
        await self._logged(
            lambda: self.flow_log.started(
                self._started_at, market=session.market, universe=session.universe_key
            )
        )

    async def log_stop(self) -> None:
        """Log that the producer stopped."""
        now, patterns = self.clock(), self.loop.counters.patterns
        await self._logged(lambda: self.flow_log.stopped(now, patterns_detected=patterns))

    async def send_quotes(self) -> None:
        """Publish the quotes that changed; alerts on their way go first, if it does not last."""
        if self.vitals.road.telling_since and self._quotes_put_off < MOST_PUT_OFF:
            self._quotes_put_off += 1
            return
        self._quotes_put_off = 0
        changed = self.board.changed(self.loop.bars.developing(), self._states())
        if changed is not None:
            self._announcer.quotes(changed, self.clock())

    async def look_after(self) -> None:
        """Notice what is away or broken, and say what was counted meanwhile."""
        if failure := self.vitals.failure():
            raise RuntimeError(failure)
        now, trouble = self.clock(), self.loop.attention.trouble
        for code, problem in self.vitals.away().items():
            trouble.report(code, problem, now, severity="error")
        self._tell_refused(now)
        trouble.flush(now)
        repair = self.loop.attention.repair
        if repair is not None:
            self.board.gaps(repair.missing(self.loop.now_ms()))

    async def send_due_health(self) -> None:
        """Publish how Streaming is when it is due, or not what it was."""
        now, said = self.clock(), self.vitals.gist()
        self._health_from = self._health_from or now
        settled = now - self._health_from > HEALTH_EVERY_S
        if settled and said == self._health_said and now - self._health_sent < HEALTH_EVERY_S:
            return
        self._health_sent, self._health_said = now, said
        await self.send_health()

    async def send_health(self) -> None:
        """Publish how Streaming is, and log one line."""
        now = self.clock()
        health = self.vitals.streaming_health(now, self._states())
        self._announcer.streaming_health(health, now)
        self._announcer.system_health(report(self.vitals.parts()), now)
        log.info(
            "streaming",
            status=health.status,
            ticks_per_second=health.data_flow.ticks_per_second,
            bars_per_minute=health.data_flow.bars_per_minute,
            published=health.patterns_published,
            held_back=health.held_back,
        )

    async def beat(self) -> None:
        """Write the heartbeat into Redis."""
        try:
            await asyncio.to_thread(self.heartbeat.beat, self.clock())
        except Unavailable as error:
            self._tell("REDIS_AWAY", error)

    async def log_alive(self) -> None:
        """Write the heartbeat into the flow log."""
        last_s, now = self.vitals.last_pattern_s(), self.clock()
        await self._logged(
            lambda: self.flow_log.alive(
                now,
                patterns_detected=self.loop.counters.patterns,
                uptime_seconds=round(now - self._started_at, 1),
                last_pattern_time=last_s or None,
            )
        )
        await self._logged(self.write_errors)

    async def drop_expired(self) -> None:
        """Drop partitions that retention no longer keeps, by the feed's time: 0 before it came."""
        if now_ms := self.loop.now_ms():
            await self._logged(lambda: self._drop_expired(now_ms / 1000))

    def _drop_expired(self, now: float) -> None:
        if dropped := self.keep_house(now):
            log.info("retention", dropped=dropped)

    @property
    def _announcer(self) -> Announcer:
        return self.loop.closing.announcer

    def _tell_refused(self, now: float) -> None:
        """Report what PostgreSQL refused since the last time, rows and events that waited."""
        vitals, report = self.vitals, self.loop.attention.trouble.report
        for code, by in (
            ("ROW_REFUSED", vitals.writer.store),
            ("EVENT_REFUSED", vitals.road.spool),
        ):
            since = by.refused - self._refused[code]
            if since:
                self._refused[code] += since
                report(code, by.last_refused, now, severity="error", count=since)

    async def _logged(self, write: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(write)
        except Unavailable as error:
            self._tell("POSTGRESQL_AWAY", error)

    def _tell(self, code: str, error: Unavailable) -> None:
        self.loop.attention.trouble.report(code, str(error), self.clock(), severity="error")

    def _states(self) -> UInt8:
        loop, session = self.loop, self.loop.session.current
        return self.board.states(
            loop.bars.developing(),
            loop.now_ms(),
            loop.feed_time.last_event_ms or -1,
            open_ms=None if session is None else session.open_ms,
        )


async def _every(seconds: float, work: Work) -> None:
    while True:
        await work()
        await asyncio.sleep(seconds)
