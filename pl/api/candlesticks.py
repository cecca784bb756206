"""Answer `/candlesticks/{symbol}`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from pl.api.answers import answer
from pl.api.questions import bars_of, candlestick_of, known, limit_of, period_of
from pl.api.symbols import symbol_of
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.candles.strengths import BARS_READ, described
from pl.store.candlesticks import CandlestickQueries
from pl.store.queries import Row
from pl.store.universes import UniverseStore

PARAMETERS: Final = frozenset({"tier", "timeframe", "candlestick", "start", "end", "limit", "next"})


@dataclass(frozen=True, slots=True)
class CandlestickRoutes:
    """Read the candlesticks that a symbol's bars completed, newest first, page by page."""

    queries: CandlestickQueries
    universes: UniverseStore

    def add_to(self, app: web.Application) -> None:
        """Add the route to an application."""
        app.router.add_get("/candlesticks/{symbol}", self.candlesticks)

    async def candlesticks(self, request: web.Request) -> web.Response:
        """Answer with name, direction and strength of what each bar completed.

        `candlestick` names one of them. A strength follows from the stored bars, by the rule that
        found it; it is left out where they no longer show it.
        """
        query = request.query
        known(request, PARAMETERS)
        one, timeframe = candlestick_of(query), bars_of(query)
        names = (one,) if one else CANDLE_NAMES
        symbol = await symbol_of(request, self.universes)

        page = await asyncio.to_thread(
            self.queries.candlesticks,
            symbol,
            names=names,
            timeframe=timeframe,
            period=period_of(query),
            limit=limit_of(query),
            after=query.get("next"),
        )
        rows = await asyncio.to_thread(self._described, symbol, page.rows, names)
        body = {"count": len(rows), "next": page.next, "candlesticks": rows}
        return answer({"symbol": symbol, **body})

    def _described(self, symbol: str, rows: list[Row], names: Sequence[str]) -> list[Row]:
        if not rows:
            return []
        windows = self.queries.windows(symbol, rows[0]["timeframe"], rows, BARS_READ)
        return [
            {
                "timeframe": row["timeframe"],
                "timestamp": row["timestamp"],
                "candlesticks": described(row["candles"], prices, names),
            }
            for row, prices in zip(rows, windows, strict=True)
        ]
