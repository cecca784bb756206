"""Run the API until told to stop."""

import asyncio

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from pl.api.answers import answer_errors
from pl.api.candlesticks import CandlestickRoutes
from pl.api.signals import SignalRoutes
from pl.api.tally import Tally
from pl.health_page import add_routes
from pl.serving import Dependencies, first_end, listen_or_refuse, stop_signal

log = structlog.get_logger()


def build_app(
    routes: SignalRoutes, candlesticks: CandlestickRoutes, dependencies: Dependencies
) -> web.Application:
    """Return the API's application."""
    tally, registry = Tally(), CollectorRegistry()
    registry.register(tally)
    app = web.Application(middlewares=[tally.count, answer_errors])
    routes.add_to(app)
    candlesticks.add_to(app)
    add_routes(app, lambda: dict(dependencies.parts), registry)
    return app


async def serve(app: web.Application, dependencies: Dependencies, port: int) -> None:
    """Serve until SIGINT or SIGTERM; raises Unavailable when the port is taken."""
    stop = stop_signal()
    await dependencies.ask()
    runner = await listen_or_refuse(app, port)
    log.info("listening", port=port)
    tasks = [asyncio.create_task(work) for work in (stop.wait(), dependencies.watch())]
    try:
        await first_end(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await runner.cleanup()
