"""Listings move together: with their sector most, with the others less, and never not at all."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import numpy.typing as npt

from pl.simulator.days import frame_of_day
from pl.simulator.minutes import make_day
from pl.simulator.universe import Listing, read_listings

SEED = 810_021
DAY = 20_700
N_DAYS = 500
STOCKS = [one for one in read_listings() if one.kind == "CS"]
SOME = [one for one in STOCKS if one.sector in {"financials", "semiconductors", "health"}]


def daily_moves(listing: Listing) -> npt.NDArray[np.float64]:
    frames = [frame_of_day(SEED, listing, DAY + n) for n in range(N_DAYS)]
    return np.diff([frame.close_log for frame in frames])


def minute_moves(listing: Listing) -> npt.NDArray[np.float64]:
    parts = []
    for day in range(DAY, DAY + 2):
        bars = make_day(SEED, listing, day, 3.0).bars
        closes = np.full(1_440, np.nan)
        closes[bars.start_ms // 60_000 % 1_440] = bars.close
        parts.append(np.nan_to_num(np.diff(np.log(closes))))
    return np.concatenate(parts)


def means(
    listings: list[Listing], moves: Callable[[Listing], npt.NDArray[np.float64]]
) -> tuple[float, float, float]:
    """Return the mean correlation inside sectors, that across them, and the lowest of all."""
    table = np.corrcoef([moves(one) for one in listings])
    inside: list[float] = []
    across: list[float] = []
    for i, j in combinations(range(len(listings)), 2):
        same = listings[i].sector == listings[j].sector
        (inside if same else across).append(float(table[i, j]))
    return float(np.mean(inside)), float(np.mean(across)), min(inside + across)


def test_days_correlate_inside_a_sector_more_than_across() -> None:
    inside, across, lowest = means(SOME, daily_moves)
    assert 0.48 < inside < 0.62
    assert 0.22 < across < 0.36
    assert lowest > 0.0


def test_minutes_correlate_inside_a_sector_more_than_across() -> None:
    inside, across, lowest = means(SOME, minute_moves)
    assert 0.30 < inside < 0.50
    assert 0.12 < across < 0.26
    assert lowest > 0.0


def test_chip_makers_move_more_than_the_market_and_drinks_less() -> None:
    by_symbol = {one.symbol: one for one in read_listings()}
    spy = daily_moves(by_symbol["SPY"])
    beta = {
        symbol: float(np.cov(daily_moves(by_symbol[symbol]), spy)[0, 1] / spy.var(ddof=1))
        for symbol in ("NVDA", "JPM", "KO", "VOO", "QQQ", "TLT")
    }
    assert beta["NVDA"] > 1.4 > beta["QQQ"] > beta["VOO"] > 0.8
    assert 0.6 < beta["JPM"] < 1.2
    assert 0.2 < beta["KO"] < 0.7
    assert abs(beta["TLT"]) < 0.3


def test_shares_of_variance_leave_room_for_the_listing_itself() -> None:
    for one in read_listings():
        assert one.market_share + one.sector_share <= 0.94, one.symbol
