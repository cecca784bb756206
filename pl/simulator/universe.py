"""Know the listings of the simulated market."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LISTINGS_FILE: Final = Path(__file__).with_name("universe.csv")
_TAPES: Final = {"XNYS": 1, "ARCX": 2, "XNAS": 3}
_EXCHANGE_IDS: Final = {"XNYS": 10, "ARCX": 11, "XNAS": 12}


@dataclass(frozen=True, slots=True)
class Listing:
    """Describe one stock or ETF.

    kind : Massive's ticker type, CS or ETF; exchange : MIC of the primary listing;
    price : USD, the level the price returns to; volatility : a year's, 0.3 is 30 %;
    activity : trades relative to the average listing, 1.0 over the whole universe;
    market_share, sector_share : the parts of its variance that the whole market and its sector
    explain, so that its beta to the market is sqrt(market_share) x volatility / the market's.
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    price: float
    volatility: float
    activity: float
    sector: str
    market_share: float
    sector_share: float

    @property
    def tape(self) -> int:
        """Return the consolidated tape: 1 NYSE, 2 NYSE Arca and American, 3 Nasdaq."""
        return _TAPES[self.exchange]

    @property
    def exchange_id(self) -> int:
        """Return Massive's id of the primary exchange."""
        return _EXCHANGE_IDS[self.exchange]


def read_listings(path: Path = _LISTINGS_FILE) -> tuple[Listing, ...]:
    """Read the listings, with activities scaled to an average of 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    average = sum(float(row["activity"]) for row in rows) / len(rows)
    return tuple(_listing(row, average) for row in rows)


def listings_by_symbol(listings: Sequence[Listing]) -> dict[str, Listing]:
    """Index listings by symbol."""
    return {listing.symbol: listing for listing in listings}


def _listing(row: dict[str, str], average_activity: float) -> Listing:
    return Listing(
        symbol=row["symbol"],
        name=row["name"],
        kind=row["kind"],
        exchange=row["exchange"],
        price=float(row["price"]),
        volatility=float(row["volatility"]),
        activity=float(row["activity"]) / average_activity,
        sector=row["sector"],
        market_share=float(row["market_share"]),
        sector_share=float(row["sector_share"]),
    )
