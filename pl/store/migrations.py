"""Bring a database to the schema of this checkout.

yoyo keeps a lock row that outlives a killed process, so a PostgreSQL advisory lock guards the
migration and the stale row is removed under it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg2
import yoyo

from service.errors import Rejected, Unavailable

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "db" / "migrations"

_ADVISORY_LOCK: Final = 0x7469636B  # "tick"
_CONNECT_TIMEOUT_S: Final = 5


def migrate(url: str) -> list[str]:
    """Apply what is missing, in order, and return the ids of what was applied.

    Raises Unavailable when PostgreSQL does not answer, Rejected with the server's words and hint
    when a migration is refused (such as a role that is missing).
    """
    with _exclusive(url):
        try:
            return _apply(url)
        except psycopg2.OperationalError as error:
            raise Unavailable("PostgreSQL", str(error).strip()) from error
        except psycopg2.Error as error:
            raise Rejected("migration_refused", _words(error)) from error


def schema_versions(url: str) -> tuple[str | None, str | None]:
    """Return the last migration that the database has and the last one that this checkout needs.

    Raises Unavailable when PostgreSQL does not answer.
    """
    need = max((path.stem for path in MIGRATIONS.glob("*.sql")), default=None)
    with closing(_connect(url)) as connection, connection.cursor() as cursor:
        if not _exists(cursor, "_yoyo_migration"):
            return None, need
        cursor.execute("SELECT max(migration_id) FROM _yoyo_migration")
        row = cursor.fetchone()
    return row[0] if row else None, need


def refuse_newer(have: str | None, need: str | None) -> None:
    """Raise Rejected when the database knows a later migration than this checkout."""
    if have and need and have > need:
        raise Rejected(
            "newer_schema",
            f"database schema {have} is newer than {need}, the last this checkout knows; "
            "nothing was changed",
        )


def _apply(url: str) -> list[str]:
    migrations = yoyo.read_migrations(str(MIGRATIONS))
    with yoyo.get_backend(url) as backend:
        pending = backend.to_apply(migrations)
        backend.apply_migrations(pending)
        return [migration.id for migration in pending]


@contextmanager
def _exclusive(url: str) -> Iterator[None]:
    with closing(_connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_ADVISORY_LOCK,))
        _refuse_without_rights(cursor)
        if _exists(cursor, "yoyo_lock"):
            cursor.execute("DELETE FROM yoyo_lock")
        yield


def _refuse_without_rights(cursor: Any) -> None:
    """Name the cure: yoyo would go on and stumble over a table of its own that is missing."""
    cursor.execute(
        "SELECT has_schema_privilege('public', 'CREATE'), current_user, current_database()"
    )
    may_create, role, database = cursor.fetchone()
    if not may_create:
        raise Rejected(
            "migration_refused",
            f"role {role} may not create tables in database {database}"
            f" (as a superuser: ALTER DATABASE {database} OWNER TO {role})",
        )


def _connect(url: str) -> Any:
    try:
        connection = psycopg2.connect(url, connect_timeout=_CONNECT_TIMEOUT_S)
    except psycopg2.OperationalError as error:
        raise Unavailable("PostgreSQL", str(error).strip()) from error
    connection.autocommit = True
    return connection


def _exists(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
    return bool(cursor.fetchone()[0])


def _words(error: psycopg2.Error) -> str:
    hint = error.diag.message_hint
    return f"{error.diag.message_primary} ({hint})" if hint else str(error).strip()
