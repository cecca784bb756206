"""Find the system that runs, for scripts: what is configured, else what the launcher wrote down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from launcher import run_record
from launcher.home import Home
from launcher.services import table
from launcher.settings import Settings

START = "python3 start_all_services.py"


class NothingRuns(Exception):
    """Raised when no address is known; its text says what to do."""


@dataclass(frozen=True)
class Running:
    """Where the running system is; `health` maps a service's name to its health page."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    health: Mapping[str, str]


def find(settings: Settings, home: Home) -> Running:
    """Return the addresses of the running system.

    Raises: NothingRuns when DATABASE_URL or REDIS_URL is unset and no launcher runs.
    """
    record = run_record.read(home.run_record)
    record = record if run_record.left_over(record) else {}
    database_url = settings.given("DATABASE_URL") or record.get("database_url", "")
    redis_url = settings.given("REDIS_URL") or record.get("redis_url", "")
    missing = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    if not all(missing.values()):
        names = " and ".join(name for name, value in missing.items() if not value)
        raise NothingRuns(
            f"TickStock is not running ({home.run_record} names no living process), "
            f"and {names} must be set otherwise.\nStart it with: {START}"
        )
    pages = record.get("health", {})
    health = {one.name: pages.get(one.key, one.health_url) for one in table(settings)}
    return Running(database_url, redis_url, health)
