"""Read which symbol a request is about."""

import asyncio

from aiohttp import web

from contracts.symbols import spellings
from pl.store.universes import UniverseStore
from service.errors import Rejected


async def symbol_of(request: web.Request, universes: UniverseStore) -> str:
    """Return the symbol in a route, in capitals unless it is known as it stands.

    Raises Rejected for one of no universe.
    """
    typed = request.match_info["symbol"]
    for symbol in spellings(typed) if typed.isprintable() else ():
        if await asyncio.to_thread(universes.knows, symbol):
            return symbol
    raise Rejected("unknown_symbol", f"symbol: {typed!r} is not known here", 404)
