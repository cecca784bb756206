"""Say how the DataLoader is: for `/health` and for Prometheus."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from contracts.messages.health import ServiceHealth
from pl.health_page import degraded, healthy
from pl.jobs.desk import Desk
from pl.serving import Dependencies


@dataclass(frozen=True, slots=True, eq=False)
class Vitals:
    """Read the parts' own facts; nothing here changes them."""

    desk: Desk
    dependencies: Dependencies

    def parts(self) -> dict[str, ServiceHealth]:
        """Return the parts for `/health`."""
        return {**self.dependencies.parts, "history": self._history(), "jobs": self._jobs()}

    def register(self, registry: CollectorRegistry) -> None:
        """Let Prometheus read the counters."""
        registry.register(_Collector(self.desk))

    def _history(self) -> ServiceHealth:
        work = self.desk.work
        if work.load is None:
            return healthy(f"none: {work.missing}")
        if work.load.problem:
            return degraded(work.load.problem)
        return healthy("REST answers when a job asks")

    def _jobs(self) -> ServiceHealth:
        desk = self.desk
        malformed = f", {desk.malformed} orders malformed" if desk.malformed else ""
        if desk.running is None:
            return healthy(f"idle, {sum(desk.ended.values())} ended{malformed}")
        running = f"{desk.running.job.id}: {desk.running.progress} %"
        return healthy(f"{running}, {desk.waiting} wait{malformed}")


@dataclass(frozen=True, slots=True, eq=False)
class _Collector:
    desk: Desk

    def collect(self) -> Iterator[Metric]:
        ended = CounterMetricFamily("tickstock_jobs_ended", "Jobs by ending", labels=["status"])
        for status, count in self.desk.ended.items():
            ended.add_metric([status], count)
        yield ended
        yield CounterMetricFamily(
            "tickstock_jobs_malformed", "Orders without a usable id", value=self.desk.malformed
        )
        yield CounterMetricFamily(
            "tickstock_bars_loaded", "Bars of jobs that have ended", value=self.desk.bars
        )
        yield GaugeMetricFamily("tickstock_jobs_waiting", "Jobs in line", value=self.desk.waiting)
