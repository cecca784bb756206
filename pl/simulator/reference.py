"""Serve reference data by REST: tickers, splits, dividends, market status."""

from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from pl.simulator.broadcast import Clock
from pl.simulator.market import SimulatedMarket
from pl.simulator.rest_answers import answer, cursor_of, page_url, query_of, results
from pl.simulator.universe import Listing
from service.errors import Rejected

_TICKERS: Final = "/v3/reference/tickers"
_MAX_LIMIT: Final = 1_000
_DEFAULT_LIMIT: Final = 100


class Reference:
    """Answer the reference routes: nothing is ever split and no dividend is paid."""

    def __init__(self, market: SimulatedMarket, clock: Clock) -> None:
        self._market = market
        self._clock = clock

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        app.router.add_get(_TICKERS, self.tickers)
        app.router.add_get(_TICKERS + "/{ticker}", self.ticker)
        for path in ("/v3/reference/splits", "/v3/reference/dividends"):
            app.router.add_get(path, self.nothing)
        for path in ("/stocks/v1/splits", "/stocks/v1/dividends"):
            app.router.add_get(path, self.nothing)
        app.router.add_get("/v1/marketstatus/now", self.status_now)
        app.router.add_get("/v1/marketstatus/upcoming", self.upcoming)

    async def tickers(self, request: web.Request) -> web.Response:
        """Answer `/v3/reference/tickers`, sorted by ticker, in pages."""
        query = query_of(request)
        limit = _limit(query.get("limit", ""))
        chosen = sorted((one for one in self._market.listings if _matches(one, query)), key=_symbol)
        if query.get("order") == "desc":
            chosen.reverse()
        start = _offset(query.get("offset", "0"))
        page = [_described(one, self._clock()) for one in chosen[start : start + limit]]
        body: dict[str, Any] = {"results": page, "count": len(page)}
        if start + limit < len(chosen):
            cursor = cursor_of({**query, "limit": limit, "offset": start + limit})
            body["next_url"] = page_url(request, _TICKERS, cursor)
        return results(request, body)

    async def ticker(self, request: web.Request) -> web.Response:
        """Answer `/v3/reference/tickers/{ticker}`."""
        listing = self._market.listing(request.match_info["ticker"])
        if listing is None:
            raise Rejected("NOT_FOUND", "Ticker not found.", 404)
        return results(request, {"results": _described(listing, self._clock())})

    async def nothing(self, request: web.Request) -> web.Response:
        """Answer splits and dividends."""
        return results(request, {"results": []})

    async def status_now(self, _: web.Request) -> web.Response:
        """Answer `/v1/marketstatus/now`: the simulated market never closes."""
        exchanges = dict.fromkeys(("nasdaq", "nyse", "otc"), "open")
        at = datetime.fromtimestamp(self._clock() // 1_000, UTC)
        return answer(
            {
                "market": "open",
                "earlyHours": False,
                "afterHours": False,
                "serverTime": at.isoformat(),
                "exchanges": exchanges,
                "currencies": {"fx": "open", "crypto": "open"},
            }
        )

    async def upcoming(self, _: web.Request) -> web.Response:
        """Answer `/v1/marketstatus/upcoming`: no holidays."""
        return answer([])


def _symbol(listing: Listing) -> str:
    return listing.symbol


def _matches(listing: Listing, query: dict[str, str]) -> bool:
    symbol = listing.symbol
    text = query.get("search", "").lower()
    return (
        query.get("ticker", symbol) == symbol
        and query.get("type", listing.kind) == listing.kind
        and query.get("exchange", listing.exchange) == listing.exchange
        and query.get("market", "stocks") == "stocks"
        and query.get("active", "true") == "true"
        and query.get("ticker.gte", symbol) <= symbol <= query.get("ticker.lte", symbol)
        and ("ticker.gt" not in query or symbol > query["ticker.gt"])
        and ("ticker.lt" not in query or symbol < query["ticker.lt"])
        and (text in symbol.lower() or text in listing.name.lower())
    )


def _described(listing: Listing, now_ms: int) -> dict[str, Any]:
    day = datetime.fromtimestamp(now_ms // 86_400_000 * 86_400, UTC)
    return {
        "ticker": listing.symbol,
        "name": listing.name,
        "market": "stocks",
        "locale": "us",
        "primary_exchange": listing.exchange,
        "type": listing.kind,
        "active": True,
        "currency_name": "usd",
        "last_updated_utc": day.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _limit(text: str) -> int:
    if not text:
        return _DEFAULT_LIMIT
    if not text.isdigit() or not 1 <= int(text) <= _MAX_LIMIT:
        raise Rejected("ERROR", f"limit: expected 1 to {_MAX_LIMIT}, was {text}")
    return int(text)


def _offset(text: str) -> int:
    if not text.isdigit():
        raise Rejected("ERROR", "cursor: could not be decoded")
    return int(text)
