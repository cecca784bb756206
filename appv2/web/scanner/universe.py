"""Find the symbols that the producer was told to watch, with their names."""

from typing import Any, Final

from appv2.adapters.postgres import Postgres

_IGNORED: Final = str.maketrans("", "", "_ ")


class UniverseList:
    """Look up the symbols of one universe key."""

    def __init__(self, market: Postgres, universe_key: str) -> None:
        self._market = market
        self._universe_key = universe_key

    def symbols(self) -> list[dict[str, str]]:
        """Return `{symbol, name}` of each symbol, in the order of the lists."""
        lists = self._market.rows(
            "SELECT name, key, value FROM cache_entries WHERE type = 'universe' ORDER BY name, key"
        )
        wanted = list(dict.fromkeys(_members(lists, self._universe_key)))
        rows = self._market.rows(
            "SELECT symbol, name FROM symbols WHERE symbol = ANY(%s)", (wanted,)
        )
        names = {row["symbol"]: row["name"] for row in rows}
        return [{"symbol": symbol, "name": names.get(symbol, symbol)} for symbol in wanted]


def _members(lists: list[dict[str, Any]], universe_key: str) -> list[str]:
    """Return the symbols of an exact key, else those of all parts between its colons."""
    wanted = _folded(universe_key)
    exact = [row for row in lists if _folded(f"{row['name']}:{row['key']}") == wanted]
    parts = wanted.split(":")
    chosen = exact or [
        row
        for part in parts
        for row in lists
        if part in {_folded(row["key"]), _folded(row["name"])}
    ]
    return [symbol for row in chosen for symbol in row["value"]]


def _folded(name: str) -> str:
    return name.casefold().translate(_IGNORED)
