"""Say how Streaming is: for `/health`, for the page, for Prometheus."""

from collections import Counter
from collections.abc import Iterator
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
from pl.streaming.counters import Rates
from pl.streaming.market_loop import MarketLoop
from pl.streaming.road import Road
from pl.streaming.writer import Writer

MOST_NAMED: Final = 20
MEGABYTE: Final = 1024 * 1024


@dataclass(slots=True, eq=False)
class Vitals:
    """Read the parts' own facts; nothing here changes them."""

    loop: MarketLoop
    road: Road
    writer: Writer
    telemetry: TelemetryPublisher
    feed: str
    market: str
    catch_up_problem: str = ""
    _rates: Rates = field(default_factory=Rates)
    _process: psutil.Process = field(default_factory=psutil.Process)

    def parts(self) -> dict[str, ServiceHealth]:
        """Return the parts for `/health`."""
        return {
            "feed": self._feed(),
            "postgresql": self._database(),
            "redis": self._redis(),
            "history": self._history(),
        }

    def failure(self) -> str:
        """Return why the process cannot go on, empty while it can."""
        return self.road.state.failure or self.writer.failure

    def streaming_health(self, now_s: float, states: UInt8) -> StreamingHealth:
        """Return the report for `tickstock:streaming:health`."""
        parts, counters = self.parts(), self.loop.counters
        ticks_per_s, bars_per_min = self._rates.since(counters, now_s)
        counted = Counter(STATE_NAMES[state] for state in states.tolist())
        stale = [self.loop.symbols[row] for row in (states == STALE).nonzero()[0].tolist()]
        issues = [f"{name}: {part.detail}" for name, part in parts.items() if is_ill(part)]
        return StreamingHealth(
            session_id=self.loop.session.session_id,
            status=_as_reported(parts),
            connection=Connection(
                active=int(self.loop.watch.connected),
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
            active_symbols=len(self.loop.symbols),
            stale_symbols=StaleSymbols(count=len(stale), symbols=stale[:MOST_NAMED]),
            issues=issues + self.loop.trouble.recent(now_s),
            market=self.market,
            feed=self.feed,
            symbol_states=dict(counted),
            dropped={cause: count for cause, count in counters.dropped.items() if count},
            held_back=counters.held_back,
            patterns_published=self.road.state.published,
            market_open=self.loop.session.current is not None,
        )

    def register(self, registry: CollectorRegistry) -> None:
        """Let Prometheus read the counters."""
        registry.register(_Collector(self))

    def _feed(self) -> ServiceHealth:
        if self.loop.refused:
            return unhealthy(f"refused: {self.loop.refused}")
        if self.loop.ended:
            return healthy(f"{self.feed}: at its end")
        if not self.loop.watch.connected and self.loop.live:
            return degraded(f"{self.feed}: not connected")
        dropped = sum(self.loop.counters.dropped.values())
        return healthy(f"{self.feed}: {self.loop.counters.ticks} events, {dropped} dropped")

    def _database(self) -> ServiceHealth:
        problem = self.road.state.database or self.writer.problem
        if problem:
            waiting = self.road.spool.waiting + self.writer.waiting
            return degraded(f"away, {waiting} writes wait: {problem}")
        return healthy("answers")

    def _redis(self) -> ServiceHealth:
        problem = self.road.state.redis or self.telemetry.problem
        return degraded(f"away: {problem}") if problem else healthy("answers")

    def _history(self) -> ServiceHealth:
        repair = self.loop.repair
        problem = self.catch_up_problem or (repair.failing if repair else "")
        waiting = len(repair.waiting) if repair else 0
        if problem:
            return degraded(problem)
        return healthy(f"{waiting} gaps wait for their bars")


def is_ill(part: ServiceHealth) -> bool:
    """Return whether a part is not healthy."""
    return part.status != "healthy"


def _as_reported(parts: dict[str, ServiceHealth]) -> str:
    statuses = {part.status for part in parts.values()}
    if "unhealthy" in statuses:
        return "critical"
    return "warning" if "degraded" in statuses else "healthy"


@dataclass(frozen=True, slots=True, eq=False)
class _Collector:
    vitals: Vitals

    def collect(self) -> Iterator[Metric]:
        counters, road = self.vitals.loop.counters, self.vitals.road
        for name, value, text in (
            ("tickstock_events", counters.ticks, "Trades and bars that came in"),
            ("tickstock_bars", counters.bars, "Bars closed"),
            ("tickstock_revisions", counters.revisions, "Bars revised"),
            ("tickstock_patterns_published", road.state.published, "Pattern events published"),
            ("tickstock_patterns_held_back", counters.held_back, "Signals held back by policy"),
        ):
            yield CounterMetricFamily(name, text, value=value)
        dropped = CounterMetricFamily("tickstock_dropped", "Events refused", labels=["cause"])
        for cause, count in counters.dropped.items():
            dropped.add_metric([cause], count)
        yield dropped
        lag = self.vitals.loop.lag_ms
        yield GaugeMetricFamily("tickstock_feed_lag_ms", "From event to arrival", value=lag)
