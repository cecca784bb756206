"""Write the best bid and offer of a listing."""

from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import BLOCK_MS
from pl.simulator.wire import event_text


def quote(market: SimulatedMarket, symbol: str, at_ms: int) -> str:
    """Return the quote event of a listing at an instant, a spread around its centre price."""
    listing = market.listing(symbol)
    if listing is None:
        raise KeyError(symbol)
    within = at_ms % MINUTE_MS
    blocks = market.blocks(symbol, at_ms - within)
    centre = int(blocks.centre[within // BLOCK_MS])
    half_spread = max(1, centre // 12_500)
    return event_text(
        {
            "ev": "Q",
            "sym": symbol,
            "bx": listing.exchange_id,
            "bp": (centre - half_spread) / 100.0,
            "bs": 1 + at_ms // 1_000 % 7,
            "ax": listing.exchange_id,
            "ap": (centre + half_spread) / 100.0,
            "as": 1 + at_ms // 1_000 % 5,
            "c": 0,
            "t": at_ms,
            "q": at_ms,
            "z": listing.tape,
        }
    )
