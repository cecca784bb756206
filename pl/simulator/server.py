"""Run the simulated market: WebSocket `/stocks`, REST, `/health`, on loopback.

`POST /simulator/faults` with a JSON object of `Faults` fields makes it misbehave, GET shows
and DELETE resets the faults; no key is asked for, as only this machine can reach the port.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Mapping

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from pl.health_page import LOOPBACK, add_routes, healthy, listen
from pl.simulator.aggregates import Aggregates
from pl.simulator.broadcast import LOST_MS, Broadcast, Clock
from pl.simulator.connection import MAX_WAITING_BYTES, Connections
from pl.simulator.faults import Faults
from pl.simulator.market import SimulatedMarket
from pl.simulator.plans import Keys, Plan
from pl.simulator.reference import Reference
from pl.simulator.rest_answers import gate
from pl.simulator.socket import AUTH_TIMEOUT_S, Door
from pl.simulator.universe import read_listings
from service.errors import Rejected, Unavailable

log = structlog.get_logger()


def wall_clock_ms() -> int:
    """Return the time in unix ms."""
    return time.time_ns() // 1_000_000


def build_app(
    market: SimulatedMarket,
    plans: Mapping[str, Plan],
    *,
    clock: Clock = wall_clock_ms,
    faults: Faults | None = None,
    connections: Connections | None = None,
    auth_timeout_s: float = AUTH_TIMEOUT_S,
    max_waiting_bytes: int = MAX_WAITING_BYTES,
    lost_ms: int = LOST_MS,
) -> web.Application:
    """Return the application of a market in which each of the keys has its plan."""
    faults, connections = faults or Faults(), connections or Connections()
    keys = Keys(plans)
    broadcast = Broadcast(market, connections, faults, clock, lost_ms)
    door = Door(keys, connections, faults, auth_timeout_s, max_waiting_bytes)
    app = web.Application(middlewares=[gate(keys, faults)])
    app.router.add_get("/stocks", door.enter)
    Aggregates(market, clock).add_routes(app)
    Reference(market, clock).add_routes(app)
    _add_fault_routes(app, faults)
    add_routes(app, lambda: {"market": healthy(broadcast.summary())}, CollectorRegistry())

    async def playing(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(broadcast.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def parting(_: web.Application) -> None:
        connections.part_all()

    app.cleanup_ctx.append(playing)
    app.on_shutdown.append(parting)
    return app


def _add_fault_routes(app: web.Application, faults: Faults) -> None:
    async def show(_: web.Request) -> web.Response:
        return web.json_response(faults.state())

    async def switch(request: web.Request) -> web.Response:
        if request.content_type != "application/json":  # a web page cannot send this unasked
            body = {"error": "bad_fault", "detail": "expected application/json"}
            return web.json_response(body, status=415)
        try:
            faults.set(await request.json())
        except (Rejected, ValueError, AttributeError) as reason:
            body = {"error": "bad_fault", "detail": str(reason)}
            return web.json_response(body, status=400)
        return web.json_response(faults.state())

    async def reset(_: web.Request) -> web.Response:
        faults.reset()
        return web.json_response(faults.state())

    app.router.add_get("/simulator/faults", show)
    app.router.add_post("/simulator/faults", switch)
    app.router.add_delete("/simulator/faults", reset)


async def serve(*, port: int, seed: int, rate: float, key: str) -> None:
    """Serve the market on loopback until SIGINT or SIGTERM; `key` is the only one accepted.

    Raises Unavailable when the port is taken.
    """
    market = SimulatedMarket(seed, rate, read_listings())
    app = build_app(market, {key: Plan()})
    try:
        runner = await listen(app, port)
    except OSError as taken:
        raise Unavailable("simulator port", f"{LOOPBACK}:{port}: {taken.strerror}") from taken
    log.info("simulator_listening", port=port, seed=seed, rate=rate, tickers=len(market.listings))
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()
