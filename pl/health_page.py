"""Serve `/health` and `/metrics` on loopback."""

from collections.abc import Callable
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

from contracts.codec import encode
from contracts.messages.health import Health, ServiceHealth, overall
from contracts.version import VERSION

LOOPBACK: Final = "127.0.0.1"

Parts = Callable[[], dict[str, ServiceHealth]]


def healthy(detail: str) -> ServiceHealth:
    """Return a part that works."""
    return ServiceHealth(status="healthy", detail=detail)


def degraded(detail: str) -> ServiceHealth:
    """Return a part that works with limits."""
    return ServiceHealth(status="degraded", detail=detail)


def unhealthy(detail: str) -> ServiceHealth:
    """Return a part that does not work."""
    return ServiceHealth(status="unhealthy", detail=detail)


def report(parts: dict[str, ServiceHealth]) -> Health:
    """Return the answer of `/health` for these parts."""
    return Health(status=overall(parts), version=VERSION, services=parts)


def add_routes(app: web.Application, parts: Parts, metrics: CollectorRegistry) -> None:
    """Add both pages to an application."""

    async def health(_: web.Request) -> web.Response:
        return web.Response(body=encode(report(parts())), content_type="application/json")

    async def prometheus(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics), content_type="text/plain")

    app.router.add_get("/health", health)
    app.router.add_get("/metrics", prometheus)


async def listen(app: web.Application, port: int) -> web.AppRunner:
    """Start serving `app` on loopback; the caller cleans the runner up."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    return runner
