"""Run by a service's own interpreter: which packages import, what the configured database says.

Reads one JSON object {"packages": [...], "databases": {name: url}, "readonly": {...}} from
standard input and writes one JSON line per answer, as soon as it is known. The database comes
first: it is asked with the driver that the services use.
"""

import importlib
import json
import sys
from typing import Any


def main() -> None:
    """Answer everything that standard input asks."""
    questions = json.load(sys.stdin)
    _say("python", list(sys.version_info[:3]))
    for name, url in questions.get("databases", {}).items():
        _say(name, _database(url))
    grant = questions.get("readonly")
    if grant:
        _say("readonly", _set_password(grant["owner"], grant["url"], grant["password"]))
    for package in questions.get("packages", []):
        _say(package, _import(package))


def _say(subject: str, answer: Any) -> None:
    sys.stdout.write(json.dumps([subject, answer]) + "\n")
    sys.stdout.flush()


def _import(package: str) -> str:
    try:
        importlib.import_module(package)
    except (ImportError, OSError, SyntaxError, AttributeError, RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _database(url: str) -> dict[str, Any]:
    import psycopg2

    try:
        connection = psycopg2.connect(url, connect_timeout=2)
    except psycopg2.Error as error:
        return {"error": str(error).strip()}
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        database = str(_value(cursor))
        cursor.execute("select to_regclass('market_identity')")
        has_identity = _value(cursor) is not None
        market, universes = "", []
        if has_identity:
            cursor.execute("select id from market_identity")
            market = str(_value(cursor) or "")
            cursor.execute("select name || ':' || key from cache_entries where type = 'universe'")
            universes = [row[0] for row in cursor.fetchall()]
    connection.close()
    return {"database": database, "market": market, "universes": universes}


def _value(cursor: Any) -> Any:
    row = cursor.fetchone()
    return row[0] if row else None


def _set_password(owner: str, readonly: str, password: str) -> str:
    """Make the read-only login work, by giving the role its password when it refuses ours."""
    import psycopg2

    try:
        psycopg2.connect(readonly, connect_timeout=2).close()
    except psycopg2.Error:
        return _alter(owner, password)
    return ""


def _alter(owner: str, password: str) -> str:
    import psycopg2
    from psycopg2.extensions import encrypt_password

    connection = psycopg2.connect(owner, connect_timeout=2)
    connection.autocommit = True
    try:  # hashed here, so that no server's log shows it
        hashed = encrypt_password(password, "app_readonly", connection, "scram-sha-256")
        with connection.cursor() as cursor:
            cursor.execute("alter role app_readonly login password %s", (hashed,))
    except psycopg2.Error as error:
        return str(error).strip()
    finally:
        connection.close()
    return ""


if __name__ == "__main__":
    main()
