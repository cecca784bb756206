"""Serve `/health` and `/metrics` on loopback."""

import logging
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.log import server_logger
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from contracts.codec import encode
from contracts.messages.health import Health, ServiceHealth, overall
from contracts.version import VERSION

log = structlog.get_logger()

LOOPBACK: Final = "127.0.0.1"
LONGEST_DETAIL: Final = 200

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
    """Add both pages to an application; what the process uses is told beside `metrics`."""
    ProcessCollector(registry=metrics)

    async def health(_: web.Request) -> web.Response:
        return web.Response(body=encode(report(parts())), content_type="application/json")

    async def prometheus(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics), content_type="text/plain")

    app.router.add_get("/health", health)
    app.router.add_get("/metrics", prometheus)


class _MalformedRequests(logging.Filter):
    """Say in one line what aiohttp logs as an error of ours, with a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is anything else."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, BadHttpMessage):
            return True
        log.warning("request_malformed", detail=error.message[:LONGEST_DETAIL])
        return False


_MALFORMED: Final = _MalformedRequests()


async def listen(app: web.Application, port: int) -> web.AppRunner:
    """Start serving `app` on loopback; the caller cleans the runner up."""
    server_logger.addFilter(_MALFORMED)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    return runner
