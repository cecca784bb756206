"""SYMBOL_UNIVERSE_KEY must name symbols that the database knows, or nothing would be watched."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from contracts.universes import Universe, UnknownUniverseError, resolve
from launcher.home import Home
from launcher.problems import BAD_SETTINGS
from launcher.provision.servers import OwnPostgres
from launcher.settings import Settings

SHIPPED = ("stock_etf_test:combo_test",)
"""What the migrations bring into every database."""

_ASK = "select name || ':' || key from cache_entries where type = 'universe'"


def check_early(settings: Settings, home: Home) -> None:
    """Judge the key before anything is installed, where no database can know more than we do.

    Raises: StartAborted naming the part that is unknown.
    """
    ours_to_be_made = not (home.postgres / "data" / "PG_VERSION").exists()
    if ours_to_be_made and not settings.given("DATABASE_URL"):
        check(settings, SHIPPED)


def check_own(settings: Settings, own: OwnPostgres) -> None:
    """Judge the key by our own database of the market; raises as `check`."""
    if not _is_known(settings, SHIPPED):
        check(settings, own.cluster.psql(_ASK, own.market_database).stdout.splitlines())


def check_configured(settings: Settings, answer: Mapping[str, Any]) -> None:
    """Judge the key by what examination.py found before a migration; raises as `check`."""
    check(settings, {*SHIPPED, *answer.get("universes", ())})


def check(settings: Settings, known: Iterable[str]) -> None:
    """Refuse a key of which a part is none of `known`, each `name:key`.

    Raises: StartAborted naming the part that is unknown and what is known.
    """
    known = sorted(known)
    problem = _problem(settings, known)
    if not problem:
        return
    alike = get_close_matches(settings.given("SYMBOL_UNIVERSE_KEY"), known, n=1)
    question = f", did you mean {alike[0]}?" if alike else ""
    raise BAD_SETTINGS.abort(
        f"SYMBOL_UNIVERSE_KEY: {problem}{question}",
        f"correct it (known: {', '.join(known)}), unset it, or make it beside a running system: "
        f"python3 scripts/universe.py set NAME:KEY SYMBOL...",
    )


def _is_known(settings: Settings, known: Iterable[str]) -> bool:
    return not _problem(settings, known)


def _problem(settings: Settings, known: Iterable[str]) -> str:
    key = settings.given("SYMBOL_UNIVERSE_KEY")
    pairs = (name.partition(":") for name in known)
    listed = [Universe(name, part, ()) for name, _, part in pairs]
    try:
        resolve(key or SHIPPED[0], listed)
    except UnknownUniverseError as error:
        return str(error)
    return ""
