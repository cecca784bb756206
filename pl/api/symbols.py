"""Read which symbol a request is about."""

import asyncio

from aiohttp import web

from pl.store.universes import UniverseStore
from service.errors import Rejected


async def symbol_of(request: web.Request, universes: UniverseStore) -> str:
    """Return the symbol in a route; raises Rejected for one of no universe."""
    symbol = request.match_info["symbol"].upper()
    if not symbol.isprintable() or not await asyncio.to_thread(universes.knows, symbol):
        raise Rejected("unknown_symbol", f"symbol: {symbol!r} is not known here", 404)
    return symbol
