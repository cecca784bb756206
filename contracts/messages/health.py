"""Describe health as both services answer it over HTTP and the producer over Redis."""

import msgspec


class ServiceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Say how one part is: healthy, degraded or unhealthy, and why."""

    status: str
    detail: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Answer `GET /health`."""

    status: str
    version: str
    services: dict[str, ServiceHealth]


class SystemHealthEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Wrap health for `tickstock.health.status` (family A), the status at the top level too."""

    event_type: str
    source: str
    timestamp: float
    status: str
    data: Health


def overall(services: dict[str, ServiceHealth]) -> str:
    """Return the worst status of `services`, `healthy` when there are none."""
    order = ("healthy", "degraded", "unhealthy")
    return max((part.status for part in services.values()), key=order.index, default="healthy")
