"""Read universes and the names of symbols."""

import json
from collections.abc import Sequence

from pl.store.connection import Cursor, Database


class UniverseStore:
    """Know who is in which universe; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def universes(self) -> dict[str, tuple[str, ...]]:
        """Return every universe as `name:key` with its symbols in order."""

        def work(cursor: Cursor) -> dict[str, tuple[str, ...]]:
            cursor.execute(
                "SELECT name || ':' || key, value FROM cache_entries WHERE type = 'universe'"
                " ORDER BY name, key"
            )
            return {name: tuple(symbols) for name, symbols in cursor.fetchall()}

        return self._database.run(work)

    def put(self, name: str, key: str, symbols: Sequence[str]) -> None:
        """Store the universe `name:key`, in place of one that was."""

        def work(cursor: Cursor) -> None:
            cursor.execute(
                "INSERT INTO cache_entries (type, name, key, value) VALUES ('universe', %s, %s, %s)"
                " ON CONFLICT (type, name, key) DO UPDATE"
                " SET value = excluded.value, updated_at = clock_timestamp()",
                (name, key, json.dumps(list(symbols))),
            )

        self._database.run(work)

    def names(self) -> dict[str, str]:
        """Return the name of every symbol that is known."""

        def work(cursor: Cursor) -> dict[str, str]:
            cursor.execute("SELECT symbol, name FROM symbols")
            return dict(cursor.fetchall())

        return self._database.run(work)

    def add(self, symbol: str, name: str, kind: str) -> None:
        """Make a symbol known; `kind` is stock or etf. A known one stays as it is."""

        def work(cursor: Cursor) -> None:
            cursor.execute(
                "INSERT INTO symbols (symbol, name, type) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (symbol, name, kind),
            )

        self._database.run(work)

    def knows(self, symbol: str) -> bool:
        """Tell whether a symbol is known, by name or by a stored bar."""

        def work(cursor: Cursor) -> bool:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM symbols WHERE symbol = %(symbol)s)"
                " OR EXISTS (SELECT FROM ohlcv_1min WHERE symbol = %(symbol)s)"
                " OR EXISTS (SELECT FROM ohlcv_daily WHERE symbol = %(symbol)s)",
                {"symbol": symbol},
            )
            row = cursor.fetchone()
            return bool(row and row[0])

        return self._database.run(work)
