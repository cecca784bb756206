"""What each service is told: the user's variables and the addresses that the launcher found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from launcher.home import Home
from launcher.provision.commands import clean_environment
from launcher.settings import Settings

_PRODUCER_ONLY = ("PL_", "MASSIVE_", "DATABASE_URL", "NUMBA_")
_CONSUMER_ONLY = ("APPV2_",)
_LAUNCHER_ONLY = ("TICKSTOCK_",)
_WITHHELD = {
    "api": ("MASSIVE_",),
    "simulator": (*_PRODUCER_ONLY, "REDIS_URL", "SYMBOL_UNIVERSE_KEY"),
}
_SIMULATOR_READS = ("PL_SIMULATOR_", "PL_LOG_FORMAT", "MASSIVE_API_KEY")
_TO_BE_MADE = "postgresql://app_readwrite@127.0.0.1/tickstock"


@dataclass(frozen=True)
class Addresses:
    """Where the databases and Redis are, with logins."""

    database_url: str = field(repr=False)
    appv2_database_url: str = field(repr=False)
    accounts_database_url: str = field(repr=False)
    redis_url: str = field(repr=False)


def producer(
    settings: Settings, home: Home, addresses: Addresses, kernels: Path
) -> Mapping[str, str]:
    """Return the environment of the producer's processes, to be narrowed for each."""
    told = {
        "PL_SPOOL_DIR": str(home.spool / settings.market),
        "NUMBA_CACHE_DIR": str(kernels),
        **_given(settings, without=_CONSUMER_ONLY + _LAUNCHER_ONLY),
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "PL_MARKET": settings.market,
    }
    if settings.simulates:
        told |= _simulated_market(settings, home)
    return told


def foreseen(
    settings: Settings, home: Home, kernels: Path
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return both environments as far as they are known before anything is provided."""
    database = settings.given("DATABASE_URL") or _TO_BE_MADE
    readonly = settings.given("APPV2_DATABASE_URL") or database
    redis_url = settings.given("REDIS_URL") or "redis://localhost:6379/0"
    addresses = Addresses(database, readonly, readonly, redis_url)
    return producer(settings, home, addresses, kernels), consumer(settings, home, addresses)


def _simulated_market(settings: Settings, home: Home) -> Mapping[str, str]:
    port = settings.ports["PL_SIMULATOR_PORT"]
    return {
        "MASSIVE_API_KEY": home.secret("simulated_market"),
        "MASSIVE_URL": f"ws://127.0.0.1:{port}/stocks",
        "MASSIVE_REST_URL": f"http://127.0.0.1:{port}",
    }


def consumer(settings: Settings, home: Home, addresses: Addresses) -> Mapping[str, str]:
    """Return AppV2's environment; the producer's login and market key are none of its business."""
    told = {
        "APPV2_SECRET_KEY": home.secret("appv2_sessions"),
        "APPV2_PRODUCER_URL": f"http://127.0.0.1:{settings.ports['PL_API_PORT']}",
        **_given(settings, without=_PRODUCER_ONLY + _LAUNCHER_ONLY),
        "APPV2_DATABASE_URL": addresses.appv2_database_url,
        "APPV2_ACCOUNTS_DATABASE_URL": addresses.accounts_database_url,
        "REDIS_URL": addresses.redis_url,
    }
    told.pop("APPV2_ADMIN_PASSWORD", None)
    return told


def narrowed(service: str, told: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a process of the producer needs of its environment: no other's secrets."""
    withheld = _WITHHELD.get(service, ())
    read = _SIMULATOR_READS if service == "simulator" else ()
    return {
        name: value
        for name, value in told.items()
        if name.startswith(read) or not name.startswith(withheld)
    }


def _given(settings: Settings, without: tuple[str, ...]) -> dict[str, str]:
    kept = {**clean_environment(), **settings.environ, "PYTHONUNBUFFERED": "1"}
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
        kept.pop(name, None)
    return {name: value for name, value in kept.items() if not name.startswith(without)}


def as_role(url: str, role: str, password: str) -> str:
    """Return a database's address with another login."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}"))
