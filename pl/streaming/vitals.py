"""Say how Streaming is: for `/health`, for the page, for Prometheus."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import psutil
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from contracts.messages.health import ServiceHealth
from contracts.messages.streaming import (
    Connection,
    DataFlow,
    Resources,
    StaleSymbols,
    StreamingHealth,
)
from pl.bus.telemetry import TelemetryPublisher
from pl.health_page import degraded, healthy, unhealthy
from pl.market.batches import UInt8
from pl.market.states import STALE, STATE_NAMES
from pl.store.spool import DAMAGED
from pl.streaming.counters import Rates
from pl.streaming.market_loop import MarketLoop
from pl.streaming.road import Road
from pl.streaming.writer import Writer

MOST_NAMED: Final = 20
MOST_CAUSES: Final = 5
MEGABYTE: Final = 1024 * 1024
OVERFLOW: Final = "overflow"


@dataclass(slots=True, eq=False)
class Vitals:
    """Read the parts' own facts; nothing here changes them."""

    loop: MarketLoop
    road: Road
    writer: Writer
    telemetry: Sequence[TelemetryPublisher]
    feed: str
    market: str
    _rates: Rates = field(default_factory=Rates)
    _process: psutil.Process = field(default_factory=psutil.Process)

    def parts(self) -> dict[str, ServiceHealth]:
        """Return the parts for `/health`."""
        return {
            "feed": self._feed(),
            "postgresql": self._database(),
            "redis": self._redis(),
            "history": self._history(),
            "signals": self._signals(),
        }

    def gist(self) -> tuple[object, ...]:
        """Return what readers should hear of at once when it changes."""
        statuses = tuple(part.status for part in self.parts().values())
        return statuses, self.loop.session.session_id, self.loop.attention.watch.connected

    def failure(self) -> str:
        """Return why the process cannot go on, empty while it can."""
        repair = self.loop.attention.repair
        return self.road.failure or self.writer.failure or (repair.failure if repair else "")

    def away(self) -> dict[str, str]:
        """Return what is away, as error code and reason."""
        problems = {
            "POSTGRESQL_AWAY": self.road.database or self.writer.problem,
            "REDIS_AWAY": self._redis_problem(),
            "HISTORY_AWAY": self._history_problem(),
        }
        return {code: problem for code, problem in problems.items() if problem}

    def last_pattern_s(self) -> float:
        """Return when an event was last published, unix seconds, 0 for never."""
        return self.road.publication.last_at

    def streaming_health(self, now_s: float, states: UInt8) -> StreamingHealth:
        """Return the report for `tickstock:streaming:health`."""
        parts, counters = self.parts(), self.loop.counters
        ticks_per_s, bars_per_min = self._rates.since(counters, now_s)
        counted = Counter(STATE_NAMES[state] for state in states.tolist())
        names = self.loop.closing.announcer.symbols
        stale = [names[row] for row in (states == STALE).nonzero()[0].tolist()]
        issues = [f"{name}: {part.detail}" for name, part in parts.items() if is_ill(part)]
        return StreamingHealth(
            session_id=self.loop.session.session_id,
            status=_as_reported(parts),
            connection=Connection(
                active=int(self.loop.attention.watch.connected),
                failed=counters.connections_failed,
                reconnections=counters.reconnections,
            ),
            data_flow=DataFlow(
                ticks_per_second=round(ticks_per_s, 1),
                bars_per_minute=round(bars_per_min, 1),
                processing_lag_ms=round(self.loop.lag_ms, 2),
            ),
            resources=Resources(
                cpu_percent=self._process.cpu_percent(),
                memory_mb=round(self._process.memory_info().rss / MEGABYTE, 1),
            ),
            active_symbols=len(names),
            stale_symbols=StaleSymbols(count=len(stale), symbols=stale[:MOST_NAMED]),
            issues=issues + self.loop.attention.trouble.recent(now_s),
            market=self.market,
            feed=self.feed,
            symbol_states=dict(counted),
            dropped={cause: count for cause, count in self.dropped.items() if count},
            held_back=counters.held_back,
            ended=dict(counters.ended),
            told=dict(self.road.told),
            patterns_published=self.road.publication.published,
            market_open=self.loop.session.current is not None,
        )

    @property
    def dropped(self) -> Counter[str]:
        """Return how many events of the feed were refused or found no room, by cause."""
        loop = self.loop
        return Counter({**loop.counters.dropped, OVERFLOW: loop.inbox.dropped})

    @property
    def damaged(self) -> int:
        """Return how many bytes of writes that waited on disk could not be read again."""
        return self.road.spool.damaged + self.writer.spool.damaged

    def register(self, registry: CollectorRegistry) -> None:
        """Let Prometheus read the counters."""
        registry.register(_Collector(self))

    def _feed(self) -> ServiceHealth:
        loop, attention = self.loop, self.loop.attention
        if attention.refused:
            return unhealthy(f"refused: {attention.refused}")
        if loop.ended:
            why = attention.ended_with
            return healthy(f"{self.feed}: at its end, {why or self._counted()}")
        if not attention.watch.connected and loop.live:
            return degraded(f"{self.feed}: not connected, {self._counted()}")
        return healthy(f"{self.feed}: {self._counted()}")

    def _counted(self) -> str:
        """Return how many events came and what was dropped, most frequent cause first."""
        return f"{self.loop.counters.ticks} events, dropped {_named(self.dropped)}"

    def _signals(self) -> ServiceHealth:
        """Return how many events came of the log, what was held back and what was left out."""
        counters = self.loop.counters
        return healthy(
            f"{counters.patterns} events, held back {_named(counters.held.copy())}, "
            f"left out {_named(counters.refused.copy())}"
        )

    def _database(self) -> ServiceHealth:
        problem = self.road.database or self.writer.problem
        waiting = self.road.spool.waiting + self.writer.waiting
        if problem:
            return degraded(f"away, {waiting} writes wait: {problem}")
        if self.road.spool.waiting or self.writer.spool.waiting:
            return degraded(f"answers again, {waiting} writes wait")
        for what, refusing in (("rows", self.writer.store), ("waiting events", self.road.spool)):
            if refusing.refused:
                last = refusing.last_refused
                return degraded(f"refused {refusing.refused} {what}, the last: {last}")
        if damaged := self.damaged:
            return degraded(f"{damaged} bytes that waited on disk are damaged, see {DAMAGED}")
        return healthy("answers")

    def _redis(self) -> ServiceHealth:
        problem = self._redis_problem()
        waiting = self.road.publication.waiting
        return (
            degraded(f"away, {waiting} events wait: {problem}") if problem else healthy("answers")
        )

    def _redis_problem(self) -> str:
        problems = (self.road.publication.problem, *(each.problem for each in self.telemetry))
        return next(filter(None, problems), "")

    def _history(self) -> ServiceHealth:
        repair = self.loop.attention.repair
        if problem := self._history_problem():
            return degraded(problem)
        return healthy(f"{repair.open_gaps if repair else 0} gaps wait for their bars")

    def _history_problem(self) -> str:
        repair = self.loop.attention.repair
        if repair is None:
            return ""
        refused = [f"{symbol} refused: {why}" for symbol, why in repair.refused.items()]
        more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        return repair.failing or (refused[0] + more if refused else "")


def _named(counts: Counter[str]) -> str:
    """Return a total and its most frequent causes, as people read them."""
    causes = [f"{count} {cause}" for cause, count in counts.most_common(MOST_CAUSES) if count]
    return f"{counts.total()}" + (f" ({', '.join(causes)})" if causes else "")


def is_ill(part: ServiceHealth) -> bool:
    """Return whether a part is not healthy."""
    return part.status != "healthy"


def _as_reported(parts: dict[str, ServiceHealth]) -> str:
    statuses = {part.status for part in parts.values()}
    if "unhealthy" in statuses:
        return "critical"
    return "warning" if "degraded" in statuses else "healthy"


def _by_life(name: str, text: str, counts: Counter[str]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=["life"])
    for life, count in counts.copy().items():
        family.add_metric([life], count)
    return family


@dataclass(frozen=True, slots=True, eq=False)
class _Collector:
    vitals: Vitals

    def collect(self) -> Iterator[Metric]:
        loop, road = self.vitals.loop, self.vitals.road
        counters, repair = loop.counters, loop.attention.repair
        for name, value, text in (
            ("tickstock_events", counters.ticks, "Trades and bars that came in"),
            ("tickstock_bars", counters.bars, "Bars closed"),
            ("tickstock_revisions", counters.revisions, "Bars revised"),
            (
                "tickstock_patterns_published",
                road.publication.published,
                "Pattern events published",
            ),
            (
                "tickstock_gaps_repaired",
                repair.repaired if repair else 0,
                "Gaps of the feed whose bars were fetched",
            ),
            (
                "tickstock_minutes_not_folded",
                loop.closing.folding.too_old,
                "Minutes of sessions that are not held",
            ),
            (
                "tickstock_spool_damaged_bytes",
                self.vitals.damaged,
                "Bytes of writes that waited on disk and are lost",
            ),
        ):
            yield CounterMetricFamily(name, text, value=value)
        yield _by_life("tickstock_signals_ended", "Signals of the log that ended", counters.ended)
        yield _by_life("tickstock_patterns_told", "Pattern events on their way", road.told)
        refused = CounterMetricFamily(
            "tickstock_signals_refused", "Left out by the evaluation", labels=["reason"]
        )
        for reason, count in counters.refused.copy().items():
            refused.add_metric([reason], count)
        yield refused
        held = CounterMetricFamily(
            "tickstock_patterns_held_back", "Signals told to nobody", labels=["reason"]
        )
        for reason, count in counters.held.copy().items():
            held.add_metric([reason], count)
        yield held
        dropped = CounterMetricFamily("tickstock_dropped", "Events refused", labels=["cause"])
        for cause, count in self.vitals.dropped.items():
            dropped.add_metric([cause], count)
        yield dropped
        if loop.live:  # what a replay plays is old by intent
            lag = loop.lag_ms
            yield GaugeMetricFamily("tickstock_feed_lag_ms", "From event to arrival", value=lag)
