"""Judge how AppV2 and what it depends on are."""

import time
from collections.abc import Callable
from typing import Final

from appv2.realtime.gaps import SequenceGaps
from appv2.realtime.journal import Journal
from appv2.realtime.relay import Relay
from appv2.realtime.subscriptions import Subscriptions
from appv2.realtime.tallies import Tallies
from appv2.realtime.watch import Sight
from contracts.messages.health import Health, ServiceHealth, overall
from contracts.version import VERSION

BLIND_AFTER_S: Final = 30.0
MANY_WAITING: Final = 1000
MOST_CAUSES: Final = 10


class HealthReport:
    """Put together what the parts know of themselves; asks nobody."""

    def __init__(
        self,
        sight: Callable[[], Sight],
        relay: Relay,
        subscriptions: Subscriptions,
        journal: Journal,
        gaps: SequenceGaps,
        tallies: Tallies,
    ) -> None:
        self._sight = sight
        self._relay = relay
        self._subscriptions = subscriptions
        self._journal = journal
        self._gaps = gaps
        self._tallies = tallies

    def health(self) -> Health:
        """Return health as the contract has it."""
        sight = self._sight()
        services = {
            "redis": _dependency(sight, sight.redis_trouble),
            "postgresql": _dependency(sight, sight.postgres_trouble),
            "producer": _producer(sight),
            "relay": self._relay_health(),
        }
        return Health(status=overall(services), version=VERSION, services=services)

    def _relay_health(self) -> ServiceHealth:
        counts = self._tallies.counts
        facts = [f"{counts.get('delivered', 0)} delivered at {self._relay.cursor}"]
        for name in ("duplicates", "outsiders", "refilled", "events_missing"):
            facts += [f"{counts[name]} {name}"] if counts.get(name) else []
        troubles = self._troubles()
        detail = "; ".join(troubles + facts + self._malformed())
        return ServiceHealth(status="degraded" if troubles else "healthy", detail=detail)

    def _troubles(self) -> list[str]:
        lost = sum(self._tallies.counts.get(f"checkpoints_{how}", 0) for how in ("lost", "refused"))
        troubles = {
            "stream not connected": not self._relay.connected,
            "channels not connected": not self._subscriptions.connected,
            f"{self._journal.n_waiting} checkpoints wait": self._journal.n_waiting > MANY_WAITING,
            f"{lost} checkpoints lost": lost > 0,
            f"{self._gaps.n_open} holes open": self._gaps.n_open > 0,
        }
        return [text for text, is_so in troubles.items() if is_so]

    def _malformed(self) -> list[str]:
        causes = self._tallies.malformed_by_cause
        worst = sorted(causes, key=lambda cause: -causes[cause])[:MOST_CAUSES]
        listed = ", ".join(f"{causes[cause]} x {cause}" for cause in worst)
        return [f"{sum(causes.values())} malformed ({listed})"] if causes else []


def _dependency(sight: Sight, trouble: str) -> ServiceHealth:
    age = time.time() - sight.at
    if age > BLIND_AFTER_S:
        return ServiceHealth(status="unhealthy", detail=f"not seen for {age:.0f} s")
    if trouble:
        return ServiceHealth(status="unhealthy", detail=trouble)
    return ServiceHealth(status="healthy", detail="answers")


def _producer(sight: Sight) -> ServiceHealth:
    if sight.heartbeat_at is None:
        return ServiceHealth(status="degraded", detail="no heartbeat yet")
    age = max(0.0, time.time() - sight.heartbeat_at)
    status = "healthy" if sight.producer_alive else "degraded"
    return ServiceHealth(status=status, detail=f"heartbeat {age:.0f} s ago")
