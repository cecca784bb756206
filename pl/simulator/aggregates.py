"""Serve aggregates by REST: a range of one ticker, a day of all."""

import asyncio
from typing import Any

from aiohttp import web

from pl.simulator.broadcast import Clock
from pl.simulator.days import DAY_MS
from pl.simulator.market import SimulatedMarket
from pl.simulator.minutes import Bars
from pl.simulator.ranges import RangeQuery, instant, page_of_bars, range_query, window_starts
from pl.simulator.rest_answers import cursor_of, page_url, query_of, require_history, results
from pl.simulator.tally import windows


class Aggregates:
    """Answer the aggregate routes from the market."""

    def __init__(self, market: SimulatedMarket, clock: Clock) -> None:
        self._market = market
        self._clock = clock

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        span = "{multiplier}/{timespan}/{from}/{to}"
        app.router.add_get(f"/v2/aggs/ticker/{{ticker}}/range/{span}", self.of_range)
        app.router.add_get("/v2/aggs/grouped/locale/us/market/stocks/{date}", self.of_day)

    async def of_range(self, request: web.Request) -> web.Response:
        """Answer `/v2/aggs/ticker/.../range/...`."""
        require_history(request)
        asked = range_query(dict(request.match_info), query_of(request))
        rows, next_ms = await asyncio.to_thread(self._page, asked)
        body: dict[str, Any] = {
            "ticker": asked.symbol,
            "queryCount": len(rows),
            "resultsCount": len(rows),
            "adjusted": asked.adjusted,
        }
        if rows:
            body |= {"results": rows, "count": len(rows)}
        if next_ms is not None:
            body["next_url"] = _next_url(request, asked, next_ms)
        return results(request, body)

    async def of_day(self, request: web.Request) -> web.Response:
        """Answer `/v2/aggs/grouped/...`: the day's bar of every listing."""
        require_history(request)
        day = instant(request.match_info["date"], "date") // DAY_MS
        rows = await asyncio.to_thread(self._grouped, day)
        body = {"queryCount": len(rows), "resultsCount": len(rows), "adjusted": True}
        return results(request, {**body, "results": rows, "count": len(rows)} if rows else body)

    def _page(self, asked: RangeQuery) -> tuple[list[dict[str, Any]], int | None]:
        """Return the rows of one page and where the next one starts, None after the last."""
        if self._market.listing(asked.symbol) is None:
            return [], None
        bars, next_ms = page_of_bars(self._market, asked, self._clock())
        starts, longer = windows(bars, window_starts(bars.start_ms, asked))
        rows = _rows(longer.starting(starts))
        return (rows[::-1] if asked.is_descending else rows), next_ms

    def _grouped(self, day: int) -> list[dict[str, Any]]:
        now = self._clock()
        rows = [
            {"T": listing.symbol, **row}
            for listing in self._market.listings
            for row in _rows(self._market.day_bars(listing.symbol, day, day, now))
        ]
        for row in rows:
            row["t"] += DAY_MS
        return rows


def _rows(bars: Bars) -> list[dict[str, Any]]:
    """Return bars as Massive's results."""
    columns = zip(
        bars.volume.tolist(),
        (bars.notional / (100.0 * bars.volume)).tolist(),
        *((c / 100.0).tolist() for c in (bars.open, bars.close, bars.high, bars.low)),
        bars.start_ms.tolist(),
        bars.trades.tolist(),
        strict=True,
    )
    return [
        {"v": v, "vw": vw, "o": o, "c": c, "h": h, "l": low, "t": t, "n": n}
        for v, vw, o, c, h, low, t, n in columns
    ]


def _next_url(request: web.Request, asked: RangeQuery, next_ms: int) -> str:
    ends = dict(request.match_info)
    ends |= {"to": str(next_ms - 1)} if asked.is_descending else {"from": str(next_ms)}
    path = (
        f"/v2/aggs/ticker/{asked.symbol}/range/{asked.multiplier}/{asked.timespan}"
        f"/{ends['from']}/{ends['to']}"
    )
    sort = "desc" if asked.is_descending else "asc"
    adjusted = str(asked.adjusted).lower()
    return page_url(
        request, path, cursor_of({"limit": asked.limit, "sort": sort, "adjusted": adjusted})
    )
