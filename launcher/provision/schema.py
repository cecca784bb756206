"""Bring databases to the schema of this checkout: ours always, a configured one when allowed."""

import re
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from launcher.embedded.postgres import READWRITE, SUPERUSER
from launcher.home import Home
from launcher.problems import MIGRATION_FAILED, POSTGRES_SILENT, SCHEMA_NEWER, SCHEMA_OLD
from launcher.provision.commands import StepFailed, Steps, clean_environment
from launcher.provision.servers import ACCOUNTS_DATABASE, OwnPostgres
from launcher.settings import Settings

_EXIT_OTHER_SCHEMA = 3
_NO_SCHEMA = "None"
_COMPARISON_S = 20.0
_HAVE = "select coalesce(max(migration_id), '') from _yoyo_migration"


def migrate_own(
    own: OwnPostgres, settings: Settings, home: Home, steps: Steps, say: Callable[[str], None]
) -> None:
    """Migrate each of our databases that is older than the checkout, with a backup before.

    Raises: StartAborted when one is newer, before any is changed, or when a migration fails.
    """
    need = needed_version(settings.root)
    found = {database: _version(own, database) for database in own.databases}
    for database, have in found.items():
        refuse_newer(f"our own database {database}", have, need)
    for database, have in found.items():
        if have == need:
            continue
        if have:
            _back_up(own, home, steps, f"{database}-{have}", say)
        market = "real" if database == ACCOUNTS_DATABASE else settings.market
        say(f"database {database}: migrating to {need}")
        migrate(settings, steps, own.url(database, READWRITE), market)


def needed_version(root: Path) -> str:
    """Return the last migration of the checkout, empty when there is none."""
    return max((path.stem for path in (root / "db" / "migrations").glob("*.sql")), default="")


def _version(own: OwnPostgres, database: str) -> str:
    asked = own.cluster.psql(_HAVE, database, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _back_up(
    own: OwnPostgres, home: Home, steps: Steps, version: str, say: Callable[[str], None]
) -> None:
    home.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = version.partition("-")[0]
    target = home.backups / f"{version}-{time.strftime('%Y%m%dT%H%M%S')}.dump"
    say(f"database {database}: backing up to {target}")
    cluster = own.cluster
    where = ["-h", "127.0.0.1", "-p", str(cluster.port), "-U", SUPERUSER]
    try:
        steps.run(
            [cluster.programs["pg_dump"], *where, "-Fc", "-f", str(target), database],
            folder=home.path,
            environ={"PGPASSWORD": cluster.password},
        )
    except (StepFailed, OSError) as error:
        raise MIGRATION_FAILED.abort(
            f"the backup before it failed: {error}",
            "free some disk space or repair the database, then start again",
        ) from error


def migrate(settings: Settings, steps: Steps, url: str, market: str) -> None:
    """Migrate one database with the producer's own command.

    Raises: StartAborted with the database's words when it refuses.
    """
    try:
        steps.run(
            [str(settings.producer_python), "-m", "pl", "migrate"],
            folder=settings.root,
            environ=_told(settings, url, market),
        )
    except StepFailed as error:
        raise MIGRATION_FAILED.abort(
            error.output.strip() or str(error),
            "correct what it says, then: python3 start_all_services.py --migrate",
        ) from error


def check_configured(settings: Settings, url: str, market: str, *, may_migrate: bool) -> None:
    """Refuse a configured database whose schema is newer, or is older and must stay as it is.

    Raises: StartAborted naming both versions.
    """
    have, need = _compare(settings, url, market)
    refuse_newer("DATABASE_URL", have, need)
    if have != need and not may_migrate:
        raise SCHEMA_OLD.abort(
            f"DATABASE_URL has schema {have or 'none'}, this checkout needs {need}; "
            "a configured database is never migrated unasked.",
            "back it up, then: python3 start_all_services.py --migrate",
            have=have or "none",
            need=need,
        )


def refuse_newer(where: str, have: str, need: str) -> None:
    """Refuse a schema that this checkout does not know: migrations sort by age, as named.

    Raises: StartAborted naming both versions.
    """
    if have > need:
        raise SCHEMA_NEWER.abort(
            f"{where} has schema {have}, this checkout needs {need}: a newer TickStock has "
            "migrated it. Nothing was changed.",
            "update this checkout (git pull), or restore the backup from before the migration",
            have=have,
            need=need,
        )


def _compare(settings: Settings, url: str, market: str) -> tuple[str, str]:
    """Return the schema that a database has, empty for none, and the one that is needed."""
    try:
        asked = subprocess.run(
            [str(settings.producer_python), "-m", "pl", "migrate", "--check"],
            cwd=settings.root,
            env={**clean_environment(), **_told(settings, url, market)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMPARISON_S,
        )
    except subprocess.TimeoutExpired as error:
        raise POSTGRES_SILENT.abort(
            f"DATABASE_URL: it did not tell its schema within {_COMPARISON_S:g} s.",
            "see what it is busy with (pg_stat_activity), then start again",
        ) from error
    versions = re.search(r"have=(\S+) need=(\S+)", asked.stdout)
    if asked.returncode not in {0, _EXIT_OTHER_SCHEMA} or not versions:
        raise MIGRATION_FAILED.abort(
            (asked.stderr or asked.stdout).strip()[-800:] or f"exit code {asked.returncode}",
            "python3 start_all_services.py --check",
        )
    return versions[1].replace(_NO_SCHEMA, ""), versions[2]


def _told(settings: Settings, url: str, market: str) -> Mapping[str, str]:
    libpq = {name: value for name, value in settings.environ.items() if name.startswith("PG")}
    return {**libpq, "DATABASE_URL": url, "PL_MARKET": market}
