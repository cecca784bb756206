"""A connection to a migrated database of the test's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from pl.store.connection import Database


@pytest.fixture
def store(database: Any) -> Iterator[Database]:
    """The producer's connection."""
    connection = Database(database.url, application="test")
    yield connection
    connection.close()


@pytest.fixture
def outage(postgres: Any) -> Iterator[Any]:
    """Kill and start the server; it runs again afterwards."""
    yield postgres
    try:
        postgres.cluster.psql("SELECT 1")
    except Exception:  # noqa: BLE001 - whatever the reason, the next test needs the server
        postgres.start()


@pytest.fixture
def asked(store: Database) -> Any:
    """Ask the database: returns all rows."""

    def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
        def work(cursor: Any) -> list[tuple[Any, ...]]:
            cursor.execute(query, values)
            return list(cursor.fetchall())

        return store.run(work)

    return ask
