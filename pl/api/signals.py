"""Answer `/patterns/{symbol}` and `/indicators/{symbol}`."""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from pl.api.answers import answer
from pl.api.questions import (
    bars_of,
    indicator_of,
    is_latest,
    known,
    life_of,
    limit_of,
    pattern_of,
    period_of,
    tier_of,
    timeframe_of,
)
from pl.api.symbols import symbol_of
from pl.store.queries import Page, SignalQueries
from pl.store.universes import UniverseStore

PATTERN_PARAMETERS: Final = frozenset(
    {"tier", "timeframe", "pattern", "life", "latest", "start", "end", "limit", "next"}
)
INDICATOR_PARAMETERS: Final = frozenset(
    {"tier", "timeframe", "indicator", "pattern", "start", "end", "limit", "next"}
)


@dataclass(frozen=True, slots=True)
class SignalRoutes:
    """Read patterns and indicators of a symbol, newest first, page by page."""

    queries: SignalQueries
    universes: UniverseStore

    def add_to(self, app: web.Application) -> None:
        """Add the routes to an application."""
        app.router.add_get("/patterns/{symbol}", self.patterns)
        app.router.add_get("/indicators/{symbol}", self.indicators)

    async def patterns(self, request: web.Request) -> web.Response:
        """Answer with pattern events; `next` of the answer asks for the page after it.

        All events of a flow are its history; `latest` leaves the last of each.
        """
        query = request.query
        known(request, PATTERN_PARAMETERS)
        symbol = await symbol_of(request, self.universes)
        page = await asyncio.to_thread(
            self.queries.patterns,
            symbol,
            tier=tier_of(query),
            timeframe=timeframe_of(query),
            pattern=pattern_of(query),
            life=life_of(query),
            latest=is_latest(query),
            period=period_of(query),
            limit=limit_of(query),
            after=query.get("next"),
        )
        return _page(symbol, "patterns", page)

    async def indicators(self, request: web.Request) -> web.Response:
        """Answer with the indicators of each bar; `indicator` names one of them.

        `pattern` chooses the bars that it was published for.
        """
        query = request.query
        known(request, INDICATOR_PARAMETERS)
        wanted = indicator_of(query)
        symbol = await symbol_of(request, self.universes)
        page = await asyncio.to_thread(
            self.queries.indicators,
            symbol,
            timeframe=bars_of(query),
            pattern=pattern_of(query),
            period=period_of(query),
            limit=limit_of(query),
            after=query.get("next"),
        )
        if wanted:
            for row in page.rows:
                row["values"] = {k: v for k, v in row["values"].items() if k == wanted}
        return _page(symbol, "indicators", page)


def _page(symbol: str, name: str, page: Page) -> web.Response:
    body = {"symbol": symbol, "count": len(page.rows), "next": page.next, name: page.rows}
    return answer(body)
