"""Run by a service's own interpreter: which packages import, what the configured database says.

Reads one JSON object {"packages": [...], "databases": {name: url}, "readonly": {...}} from
standard input and writes one JSON line per answer, as soon as it is known. Databases are asked with
the driver that the services use, while the packages import.
"""

import importlib
import json
import sys
import threading
import time
from contextlib import closing
from typing import Any

_CONNECT_S = 2
_PATIENCE_S = 2.2


def main() -> None:
    """Answer everything that standard input asks."""
    questions = json.load(sys.stdin)
    _say("python", list(sys.version_info[:3]))
    databases = Databases(questions.get("databases", {}))
    for package in questions.get("packages", []):
        _say(package, _import(package))
    for name, answer in databases.answers().items():
        _say(name, answer)
    grant = questions.get("readonly")
    if grant:
        _say("readonly", _set_password(grant["owner"], grant["url"], grant["password"]))


class Databases:
    """Ask several databases at once, each in a thread that may be left behind."""

    def __init__(self, urls: dict[str, str]) -> None:
        if urls:
            import psycopg2  # noqa: F401 - before the threads, which would wait for one another
        silent = {"error": f"no answer within {_PATIENCE_S:g} s"}
        self._answers: dict[str, dict[str, Any]] = dict.fromkeys(urls, silent)
        self._end = time.monotonic() + _PATIENCE_S
        self._asking = [
            threading.Thread(target=self._ask, args=each, daemon=True) for each in urls.items()
        ]
        for thread in self._asking:
            thread.start()

    def _ask(self, name: str, url: str) -> None:
        self._answers[name] = _database(url)

    def answers(self) -> dict[str, dict[str, Any]]:
        """Return what each said; who has said nothing when the patience ends is silent."""
        for thread in self._asking:
            thread.join(max(0.0, self._end - time.monotonic()))
        return dict(self._answers)


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
        connection = psycopg2.connect(url, connect_timeout=_CONNECT_S)
        with closing(connection), connection.cursor() as cursor:
            return _holdings(cursor)
    except psycopg2.Error as error:
        return {"error": str(error).strip()}


def _holdings(cursor: Any) -> dict[str, Any]:
    """Return what the database is, and whether this login may write to its tables."""
    cursor.execute("select current_database(), current_user")
    database, role = cursor.fetchone()
    cursor.execute(
        "select to_regclass('market_identity'), current_setting('transaction_read_only') = 'off'"
    )
    identity, may_write = cursor.fetchone()
    market, universes = "", []
    if identity is not None:
        cursor.execute("select id from market_identity")
        market = (cursor.fetchone() or ("",))[0]
        cursor.execute("select has_table_privilege('market_identity', 'insert')")
        may_write = cursor.fetchone()[0] and may_write
        cursor.execute("select name || ':' || key from cache_entries where type = 'universe'")
        universes = [row[0] for row in cursor.fetchall()]
    return {
        "database": database,
        "role": role,
        "market": market,
        "universes": universes,
        "may_write": may_write,
    }


def _set_password(owner: str, readonly: str, password: str) -> str:
    """Make the read-only login work, by giving the role its password when it refuses ours."""
    import psycopg2

    try:
        psycopg2.connect(readonly, connect_timeout=_CONNECT_S).close()
    except psycopg2.Error:
        return _alter(owner, password)
    return ""


def _alter(owner: str, password: str) -> str:
    import psycopg2
    from psycopg2.extensions import encrypt_password

    try:
        connection = psycopg2.connect(owner, connect_timeout=_CONNECT_S)
        with closing(connection), connection, connection.cursor() as cursor:
            # hashed here, so that no server's log shows it
            hashed = encrypt_password(password, "app_readonly", connection, "scram-sha-256")
            cursor.execute("alter role app_readonly login password %s", (hashed,))
    except psycopg2.Error as error:
        return str(error).strip()
    return ""


if __name__ == "__main__":
    main()
