"""Move listings together: a part of every move is the market's, a part its sector's.

A listing's move is sqrt(market_share) x market + sqrt(sector_share) x sector + the rest its own,
each a standard normal draw of its own key, so that its variance stays what it was. The same holds
of the days' moves, the overnight gaps and the blocks of 7.5 s within a day.
"""

from functools import lru_cache
from typing import Final

from pl.simulator.randomness import Float64, Int64, UInt64, draws, draws_at, key_of, normals
from pl.simulator.universe import Listing

MARKET: Final = "market"
_MARKET_DAYS_KEPT: Final = 256
_SECTOR_DAYS_KEPT: Final = 64
"""Of 92 kB each; a listing's history asks for the market's days in a row."""


def shared_moves(seed: int, listing: Listing, purpose: str, days: Int64) -> Float64:
    """Return one standard normal a day (n,) for a purpose, such as the day's shock."""
    own, sector, market = (
        normals(draws_at(key_of(seed, name, purpose), days))
        for name in (listing.symbol, _sector_key(listing), MARKET)
    )
    return _mixed(listing, own, sector, market)


def shared_blocks(seed: int, listing: Listing, day: int, bits: UInt64) -> Float64:
    """Return one standard normal a block of the day (n,); `bits` are the listing's own draws."""
    sector = _sector_blocks(seed, _sector_key(listing), day, len(bits))
    return _mixed(listing, normals(bits), sector, _market_blocks(seed, day, len(bits)))


def _mixed(listing: Listing, own: Float64, sector: Float64, market: Float64) -> Float64:
    rest = 1.0 - listing.market_share - listing.sector_share
    moves: Float64 = rest**0.5 * own
    moves += listing.sector_share**0.5 * sector
    moves += listing.market_share**0.5 * market
    return moves


@lru_cache(_MARKET_DAYS_KEPT)
def _market_blocks(seed: int, day: int, n: int) -> Float64:
    return _blocks_of(seed, MARKET, day, n)


@lru_cache(_SECTOR_DAYS_KEPT)
def _sector_blocks(seed: int, sector: str, day: int, n: int) -> Float64:
    return _blocks_of(seed, sector, day, n)


def _blocks_of(seed: int, factor: str, day: int, n: int) -> Float64:
    moves = normals(draws(key_of(seed, factor, "cells", day), n))
    moves.flags.writeable = False
    return moves


def _sector_key(listing: Listing) -> str:
    return f"sector {listing.sector}"
