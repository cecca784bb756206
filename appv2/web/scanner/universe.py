"""Find the symbols that the producer was told to watch, with their names."""

from appv2.adapters.postgres import Postgres
from contracts.universes import Universe, UnknownUniverseError, resolve
from service.variables import DEFAULT_UNIVERSE, RECORDED_UNIVERSE


class UniverseList:
    """Look up the symbols of one universe key.

    Without a key it is what the producer watches then: in a replay the recording's symbols.
    """

    def __init__(self, market: Postgres, universe_key: str) -> None:
        self._market = market
        self._universe_key = universe_key

    def symbols(self) -> list[dict[str, str]]:
        """Return `{symbol, name}` of each symbol, in the order of the lists.

        A key that names no universe has none: the producer refuses to start with it.
        """
        try:
            known = self._universes()
            wanted = resolve(self._universe_key or _unasked(known), known)
        except UnknownUniverseError:
            return []
        rows = self._market.rows(
            "SELECT symbol, name FROM symbols WHERE symbol = ANY(%s)", (list(wanted),)
        )
        names = {row["symbol"]: row["name"] for row in rows}
        return [{"symbol": symbol, "name": names.get(symbol, symbol)} for symbol in wanted]

    def _universes(self) -> list[Universe]:
        rows = self._market.rows(
            "SELECT name, key, value FROM cache_entries WHERE type = 'universe' ORDER BY name, key"
        )
        return [Universe(row["name"], row["key"], tuple(row["value"])) for row in rows]


def _unasked(known: list[Universe]) -> str:
    recorded = any(f"{one.name}:{one.key}" == RECORDED_UNIVERSE for one in known)
    return RECORDED_UNIVERSE if recorded else DEFAULT_UNIVERSE
