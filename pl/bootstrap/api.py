"""Build the API."""

import asyncio

from pl.api.service import Dependencies, build_app, serve
from pl.api.signals import SignalRoutes
from pl.bootstrap.shared import check_market
from pl.bus.connection import answering, connect
from pl.settings import Settings
from pl.store.connection import Database
from pl.store.queries import SignalQueries
from pl.store.universes import UniverseStore


async def run_api(settings: Settings) -> None:
    """Build and serve the API until told to stop; raises Unavailable."""
    await asyncio.to_thread(check_market, settings)
    database = Database(settings.database_url, application="tickstock-api")
    client = connect(settings.redis_url, "api")

    def ping_redis() -> None:
        with answering():
            client.ping()

    dependencies = Dependencies({"postgresql": database.ping, "redis": ping_redis})
    routes = SignalRoutes(SignalQueries(database), UniverseStore(database))
    await serve(build_app(routes, dependencies), dependencies, settings.api_port)
    database.close()
