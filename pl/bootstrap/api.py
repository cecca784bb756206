"""Build the API."""

import asyncio
from functools import cache
from typing import Final

from pl.api.candlesticks import CandlestickRoutes
from pl.api.service import build_app, serve
from pl.api.signals import SignalRoutes
from pl.bootstrap.shared import build_sessions, check_market, redis_ping
from pl.bus.connection import connect
from pl.serving import Dependencies
from pl.settings import Settings
from pl.store.candlesticks import CandlestickQueries
from pl.store.connection import Database
from pl.store.queries import SignalQueries
from pl.store.universes import UniverseStore

SLOWEST_QUERY_S: Final = 5.0


async def run_api(settings: Settings) -> None:
    """Build and serve the API until told to stop; raises Unavailable."""
    await asyncio.to_thread(check_market, settings)
    database, health = (
        Database(
            settings.database_url,
            application=f"tickstock-api-{name}",
            statement_timeout_s=SLOWEST_QUERY_S,
        )
        for name in ("queries", "health")
    )
    client = connect(settings.redis_url, "api")
    ping_redis = redis_ping(client)
    dependencies = Dependencies({"postgresql": health.ping, "redis": ping_redis})
    universes = UniverseStore(database)
    routes = SignalRoutes(SignalQueries(database), universes)
    sessions = cache(lambda: build_sessions(settings.market))  # takes seconds: when asked for
    judged = CandlestickQueries(database, lambda start_ms: sessions().regular(start_ms))
    candlesticks = CandlestickRoutes(judged, universes)
    try:
        await asyncio.to_thread(ping_redis)
        await serve(build_app(routes, candlesticks, dependencies), dependencies, settings.api_port)
    finally:
        database.close()
        health.close()
        client.close()
