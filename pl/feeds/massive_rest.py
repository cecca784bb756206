"""Fetch bars and what is known of a symbol from Massive's REST interface."""

import time
from typing import Final, Self
from urllib.parse import quote

import numpy as np

from pl.feeds.massive_http import MassiveHttp, RestOptions
from pl.feeds.rest_rows import AggregateRow, Ticker, bar_columns, rows_of, ticker_of
from pl.feeds.trouble import Trouble
from pl.market.batches import MINUTE_MS, BarBatch, SymbolTable

DAY_MS: Final = 86_400_000
_AGGREGATES: Final = {"adjusted": "false", "sort": "asc", "limit": "50000"}


class MassiveRest:
    """Ask for what a socket cannot replay. Prices are raw, as traded.

    Every call raises Rejected (401, 403, 404, refused by name) or Unavailable (the attempts
    are used up). Rows that cannot be used are counted in `trouble`.
    """

    def __init__(self, options: RestOptions, table: SymbolTable) -> None:
        self.trouble = Trouble()
        self._http = MassiveHttp(options)
        self._table = table

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def minute_bars(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        """Return the minute bars that start in [start_ms, end_ms), oldest first."""
        return await self._bars(symbol, "minute", MINUTE_MS, start_ms, end_ms)

    async def five_minute_bars(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        """Return the bars of five minutes that start in [start_ms, end_ms), both on their grid."""
        return await self._bars(symbol, "minute", 5 * MINUTE_MS, start_ms, end_ms, multiplier=5)

    async def half_hour_bars(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        """Return the bars of half an hour that start in [start_ms, end_ms), both on their grid."""
        span_ms = 30 * MINUTE_MS
        return await self._bars(symbol, "minute", span_ms, start_ms, end_ms, multiplier=30)

    async def daily_bars(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        """Return the daily bars that start (00:00 New York) in [start_ms, end_ms)."""
        return await self._bars(symbol, "day", DAY_MS, start_ms, end_ms)

    async def ticker(self, symbol: str) -> Ticker:
        """Return what Massive knows of a symbol; raises Rejected 404 for an unknown one.

        Raises: InvalidData when the answer has no such shape.
        """
        path = f"/v3/reference/tickers/{quote(symbol, safe='')}"
        body, _ = await self._http.get(self._http.path(path))
        return ticker_of(body)

    async def _bars(
        self,
        symbol: str,
        timespan: str,
        span_ms: int,
        start_ms: int,
        end_ms: int,
        *,
        multiplier: int = 1,
    ) -> BarBatch:
        path = f"/v2/aggs/ticker/{quote(symbol, safe='')}/range/{multiplier}/{timespan}"
        found = await self._rows(f"{path}/{start_ms}/{end_ms - 1}")
        rows = [row for row in found if start_ms <= row.t < end_ms]
        starts = np.array([row.t for row in rows], np.int64)
        symbols = np.full(len(rows), self._table.row(symbol), np.int32)
        return bar_columns(rows, symbols, starts, span_ms, time.time())

    async def _rows(self, path: str) -> list[AggregateRow]:
        rows: list[AggregateRow] = []
        async for body in self._http.pages(path, _AGGREGATES):
            rows.extend(rows_of(body, self.trouble))
        return rows
