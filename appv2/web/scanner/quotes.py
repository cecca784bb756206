"""Give a price to each symbol: the one heard last, else the last stored bar's."""

from typing import Any

from appv2.adapters.postgres import Postgres
from appv2.realtime.latest import Columns, Latest

_STORED = """
SELECT wanted.symbol, last.close AS price, day.volume,
       (last.close / nullif(previous.close, 0) - 1) * 100 AS change_percent
FROM unnest(%s::text[]) AS wanted (symbol)
JOIN LATERAL (
    SELECT close, date_trunc('day', "timestamp" AT TIME ZONE %s) AT TIME ZONE %s AS day
    FROM ohlcv_1min
    WHERE symbol = wanted.symbol ORDER BY "timestamp" DESC LIMIT 1) AS last ON true
LEFT JOIN LATERAL (
    SELECT close FROM ohlcv_daily WHERE symbol = wanted.symbol AND "timestamp" < last.day
    ORDER BY "timestamp" DESC LIMIT 1) AS previous ON true
LEFT JOIN LATERAL (
    SELECT sum(volume) AS volume FROM ohlcv_1min
    WHERE symbol = wanted.symbol AND "timestamp" >= last.day) AS day ON true
"""


class Quotes:
    """Overlay live quotes on stored ones; `zone` is the exchange's, whose day a quote is of."""

    def __init__(self, market: Postgres, latest: Latest, zone: str) -> None:
        self._market = market
        self._latest = latest
        self._zone = zone

    def of(self, symbols: list[str]) -> Columns:
        """Return quotes as columns; a stored price is `stale`, an unknown change is null."""
        unheard = [symbol for symbol in symbols if not self._latest.has_quote(symbol)]
        asked = (unheard, self._zone, self._zone)
        rows = self._market.rows(_STORED, asked) if unheard else []
        return self._latest.quotes(_columns(rows))


def _columns(rows: list[dict[str, Any]]) -> Columns:
    names = {"symbols": "symbol", "price": "price", "change_percent": "change_percent"}
    names["volume"] = "volume"
    columns: Columns = {new: [row[old] for row in rows] for new, old in names.items()}
    columns["state"] = ["stale"] * len(rows)
    return columns
