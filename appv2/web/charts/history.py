"""Read stored bars."""

from typing import Any, Final

from appv2.adapters.postgres import Postgres
from contracts.symbols import spellings
from service.errors import Rejected

TABLES: Final = {
    "1min": "ohlcv_1min",
    "5min": "ohlcv_5min",
    "15min": "ohlcv_15min",
    "1hour": "ohlcv_1hour",
    "daily": "ohlcv_daily",
    "weekly": "ohlcv_weekly",
}
COLUMNS: Final = ("time", "open", "high", "low", "close", "volume", "revision")


class BarHistory:
    """Look up bars of one symbol."""

    def __init__(self, market: Postgres) -> None:
        self._market = market

    def newest(self, typed: str, timeframe: str, limit: int) -> tuple[str, dict[str, list[Any]]]:
        """Return the symbol that was meant and its newest bars as columns, oldest first.

        `time` is unix seconds of the start.
        Raises Rejected for a timeframe or symbol that does not exist.
        """
        if timeframe not in TABLES:
            raise Rejected("invalid_timeframe", f"timeframe: expected one of {list(TABLES)}", 422)
        symbol = self._meant([typed], TABLES[timeframe]).get(typed)
        if symbol is None:
            raise Rejected("unknown_symbol", f"symbol: {typed} is not known", 404)
        rows = self._market.rows(
            'SELECT extract(epoch FROM "timestamp")::bigint AS time, open, high, low, close,'  # noqa: S608
            f" volume, revision FROM {TABLES[timeframe]} WHERE symbol = %s"
            ' ORDER BY "timestamp" DESC LIMIT %s',
            (symbol, limit),
        )
        return symbol, {name: [row[name] for row in reversed(rows)] for name in COLUMNS}

    def closes(self, symbols: list[str], minutes: int) -> dict[str, list[tuple[int, float]]]:
        """Return the last closes of each symbol, oldest first, as (unix seconds, USD).

        A symbol that is not known as it stands is meant in capitals.
        """
        meant = self._meant(symbols, TABLES["1min"])
        symbols = list(dict.fromkeys(meant.get(typed, typed.upper()) for typed in symbols))
        rows = self._market.rows(
            'SELECT wanted.symbol, extract(epoch FROM last."timestamp")::bigint AS time, last.close'
            " FROM unnest(%s::text[]) AS wanted (symbol) JOIN LATERAL ("
            ' SELECT "timestamp", close FROM ohlcv_1min WHERE symbol = wanted.symbol'
            ' ORDER BY "timestamp" DESC LIMIT %s) AS last ON true ORDER BY last."timestamp"',
            (symbols, minutes),
        )
        found: dict[str, list[tuple[int, float]]] = {symbol: [] for symbol in symbols}
        for row in rows:
            found[row["symbol"]].append((row["time"], row["close"]))
        return found

    def _meant(self, typed: list[str], table: str) -> dict[str, str]:
        """Return by what was typed the symbol, known by name or by a bar, that it means."""
        rows = self._market.rows(
            "SELECT symbol FROM unnest(%s::text[]) AS wanted (symbol)"  # noqa: S608
            " WHERE EXISTS (SELECT FROM symbols WHERE symbol = wanted.symbol)"
            f" OR (SELECT symbol FROM {table} WHERE symbol = wanted.symbol LIMIT 1) IS NOT NULL",
            (list({symbol for name in typed for symbol in spellings(name)}),),
        )
        known = {row["symbol"] for row in rows}
        found = {name: [symbol for symbol in spellings(name) if symbol in known] for name in typed}
        return {name: symbols[0] for name, symbols in found.items() if symbols}
