"""Build what several processes of the producer need."""

from collections.abc import Callable
from datetime import UTC, datetime

import redis

from contracts import universes
from pl.bus.connection import answering
from pl.feeds.massive_http import RestOptions
from pl.feeds.massive_rest import MassiveRest
from pl.market.batches import SymbolTable
from pl.market.sessions import AlwaysOpenSessions, MarketSessions, xnys_sessions
from pl.settings import Settings
from pl.store import identity
from pl.store.universes import UniverseStore
from service.errors import Rejected, Unavailable

FIRST_YEAR = 2000


def check_market(settings: Settings) -> None:
    """Raise Unavailable when the database holds another market or does not answer."""
    try:
        identity.check(settings.database_url, settings.market)
    except Rejected as error:
        raise Unavailable("PostgreSQL", str(error)) from error


def redis_ping(client: redis.Redis) -> Callable[[], None]:
    """Return a call that raises Unavailable unless Redis answers."""

    def ping() -> None:
        with answering():
            client.ping()

    return ping


def resolve_universe(
    store: UniverseStore, key: str, named: str = "SYMBOL_UNIVERSE_KEY"
) -> tuple[str, ...]:
    """Return the symbols of a universe key; raises Rejected for an unknown part.

    named : the setting or field that holds the key, for the message.
    """
    try:
        return universes.resolve(key, universes.universes_of(store.universes()))
    except universes.UnknownUniverseError as error:
        detail = f"{named}: {error}"
        raise Rejected("unknown_universe", detail, 422) from error


def build_sessions(market: str, years_back: int = 1) -> MarketSessions:
    """Return the calendar of a market; a replay's always begins with FIRST_YEAR."""
    if market == "simulated":
        return AlwaysOpenSessions()
    today = datetime.now(UTC).date()
    first = today.replace(year=FIRST_YEAR, month=1, day=1) if market == "replay" else None
    return xnys_sessions(
        first or today.replace(year=today.year - years_back, month=1, day=1),
        today.replace(year=today.year + 1, month=12, day=31),
    )


def build_rest(settings: Settings, table: SymbolTable) -> MassiveRest | None:
    """Return the REST client, None for a feed that has no REST behind it."""
    if settings.feed == "replay" or not settings.massive_api_key:
        return None
    options = RestOptions(url=settings.massive_rest_url, key=settings.massive_api_key)
    return MassiveRest(options, table)
