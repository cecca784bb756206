"""Keep the latest of what is only worth knowing now, for pages that open later."""

import threading
from typing import Any, Final

from service.errors import InvalidData

QUOTE_COLUMNS: Final = ("price", "change_percent", "volume", "state")

Columns = dict[str, list[Any]]


class Latest:
    """Hold the last quote of each symbol, the last streaming health and the market's state."""

    def __init__(self) -> None:
        self._quotes: dict[str, tuple[Any, ...]] = {}
        self._lock = threading.Lock()
        self.streaming_health: dict[str, Any] | None = None
        self.market_open: bool | None = None

    def take_quotes(self, message: dict[str, Any]) -> None:
        """Remember quotes; raises InvalidData when the columns do not fit each other."""
        symbols = message.get("symbols")
        columns = [message.get(name) for name in QUOTE_COLUMNS]
        if not isinstance(symbols, list) or not all(isinstance(each, str) for each in symbols):
            raise InvalidData("symbols", "expected a list of symbols")
        for name, column in zip(QUOTE_COLUMNS, columns, strict=True):
            if not isinstance(column, list) or len(column) != len(symbols):
                raise InvalidData(name, "expected a value for each symbol")
        rows = zip(*(column for column in columns if column is not None), strict=True)
        with self._lock:
            self._quotes.update(zip(symbols, rows, strict=True))

    def take_health(self, message: dict[str, Any]) -> None:
        """Remember streaming's report, and what it says of the market."""
        self.streaming_health = message
        if isinstance(message.get("market_open"), bool):
            self.market_open = message["market_open"]

    def take_session(self, message: dict[str, Any]) -> None:
        """Remember that a session started or stopped."""
        self.market_open = message["type"] == "session_started"

    def has_quote(self, symbol: str) -> bool:
        """Tell whether a quote of a symbol was heard."""
        return symbol in self._quotes

    def quotes(self, before: Columns) -> Columns:
        """Return quotes as columns: `before` (stored ones), overlaid with what was heard."""
        names = ("symbols", *QUOTE_COLUMNS)
        stored = zip(*(before[name] for name in names), strict=True)
        rows = {symbol: tuple(values) for symbol, *values in stored}
        with self._lock:
            rows.update(self._quotes)
        columns: Columns = {"symbols": list(rows)}
        for place, name in enumerate(QUOTE_COLUMNS):
            columns[name] = [values[place] for values in rows.values()]
        return columns
