"""Run the API until told to stop."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from contracts.messages.health import ServiceHealth
from pl.api.answers import answer_errors
from pl.api.signals import SignalRoutes
from pl.errors import Unavailable
from pl.health_page import add_routes, degraded, healthy, listen

log = structlog.get_logger()

PING_EVERY_S = 2.0

Ping = Callable[[], None]


@dataclass(slots=True)
class Dependencies:
    """Ask each dependency every two seconds how it is, so that `/health` answers at once."""

    pings: dict[str, Ping]
    parts: dict[str, ServiceHealth] = field(default_factory=dict)

    async def watch(self) -> None:
        """Ask for ever."""
        while True:
            await self.ask()
            await asyncio.sleep(PING_EVERY_S)

    async def ask(self) -> None:
        """Ask each once."""
        for name, ping in self.pings.items():
            began = time.monotonic()
            try:
                await asyncio.to_thread(ping)
            except Unavailable as away:
                self.parts[name] = degraded(f"away: {away.detail}")
            else:
                took_ms = (time.monotonic() - began) * 1000
                self.parts[name] = healthy(f"answers in {took_ms:.1f} ms")


def build_app(routes: SignalRoutes, dependencies: Dependencies) -> web.Application:
    """Return the API's application."""
    app = web.Application(middlewares=[answer_errors])
    routes.add_to(app)
    add_routes(app, lambda: dict(dependencies.parts), CollectorRegistry())
    return app


async def serve(app: web.Application, dependencies: Dependencies, port: int) -> None:
    """Serve until SIGINT or SIGTERM; raises Unavailable when the port is taken."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await dependencies.ask()
    try:
        runner = await listen(app, port)
    except OSError as error:
        raise Unavailable(f"port {port}", str(error)) from error
    log.info("listening", port=port)
    watching = asyncio.create_task(dependencies.watch())
    await stop.wait()
    watching.cancel()
    await runner.cleanup()
