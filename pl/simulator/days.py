"""Make the daily path of a listing: closes, overnight gaps, volatility of each day.

A day's log level is a weighted sum of the shocks of the 600 days before it (a moving average
that behaves as a slowly mean-reverting walk around the listing's price), so that every day can
be made from its number alone. Shocks and gaps are shared as `factors` says.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from pl.simulator.factors import shared_moves
from pl.simulator.randomness import Float64, Int64, draws_at, key_of, lane, normals
from pl.simulator.universe import Listing

DAY_MS: Final = 86_400_000
_MEMORY_DAYS: Final = 600
_LEVEL_WEIGHTS: Final = 0.99 ** np.arange(_MEMORY_DAYS - 1, -1, -1, dtype=np.float64)
_REGIME_DAYS: Final = 40
_REGIME_WEIGHTS: Final = 0.9 ** np.arange(_REGIME_DAYS - 1, -1, -1, dtype=np.float64)
_REGIME_SCALE: Final = 0.3 / float(np.sqrt((_REGIME_WEIGHTS**2).sum()))
_TRADING_DAYS_A_YEAR: Final = 252.0
_STRETCH_DAYS: Final = 256
_STRETCHES_KEPT: Final = 256
"""Of 14 kB each: the last year or two of every listing."""


@dataclass(frozen=True, slots=True)
class DayFrame:
    """Fix one day of one listing from above; its minutes are made to fit.

    open_log, close_log : natural logarithm of USD; volatility : standard deviation of the
    day's log return.
    """

    day: int
    open_log: float
    close_log: float
    volatility: float


def frame_of_day(seed: int, listing: Listing, day: int) -> DayFrame:
    """Return the frame of a day, counted in days since 1970-01-01 UTC."""
    volatilities, shocks = _days_until(seed, listing, day)
    before, close = (
        float(np.log(listing.price) + (part * _LEVEL_WEIGHTS).sum())
        for part in (shocks[:-1], shocks[1:])
    )
    volatility = float(volatilities[-1])
    return DayFrame(day, before + _gap(seed, listing, day) * volatility, close, volatility)


def _days_until(seed: int, listing: Listing, day: int) -> tuple[Float64, Float64]:
    """Return volatility and shock (601,) of the days up to `day`."""
    stretch, within = divmod(day, _STRETCH_DAYS)
    volatilities, shocks = _stretch(seed, listing, stretch)
    taken = slice(within, within + _MEMORY_DAYS + 1)
    return volatilities[taken], shocks[taken]


@lru_cache(_STRETCHES_KEPT)
def _stretch(seed: int, listing: Listing, stretch: int) -> tuple[Float64, Float64]:
    """Return volatility and shock of a stretch of days and of those that it remembers."""
    first = stretch * _STRETCH_DAYS
    days = np.arange(first - _MEMORY_DAYS, first + _STRETCH_DAYS, dtype=np.int64)
    volatilities = _volatilities(seed, listing, days)
    shocks = shared_moves(seed, listing, "shock", days) * volatilities
    for column in (volatilities, shocks):
        column.flags.writeable = False
    return volatilities, shocks


def _volatilities(seed: int, listing: Listing, days: Int64) -> Float64:
    """Return the volatility of each day: the listing's, in regimes that last weeks."""
    first = int(days[0]) - _REGIME_DAYS + 1
    span = np.arange(first, int(days[-1]) + 1, dtype=np.int64)
    noise = normals(draws_at(key_of(seed, listing.symbol, "regime"), span))
    windows = np.lib.stride_tricks.sliding_window_view(noise, _REGIME_DAYS)
    regime = np.exp((windows * _REGIME_WEIGHTS).sum(axis=1) * _REGIME_SCALE)
    volatilities: Float64 = regime * (listing.volatility / _TRADING_DAYS_A_YEAR**0.5)
    return volatilities


def _gap(seed: int, listing: Listing, day: int) -> float:
    """Return the overnight gap in units of the day's volatility; one in twenty is large."""
    at = np.array([day], np.int64)
    chance = lane(draws_at(key_of(seed, listing.symbol, "large gap"), at), 0)[0]
    size = 1.2 if chance < 0.05 else 0.3
    return float(shared_moves(seed, listing, "gap", at)[0]) * size
