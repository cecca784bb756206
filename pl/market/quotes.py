"""Show what a quote needs of each symbol while its minute is still open."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from pl.market.batches import MINUTE_MS, Float64, Int64, Records
from pl.market.trades import QUOTE

UNKNOWN_MS: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Developing:
    """Hold what a quote shows of each symbol; every array has shape (n_symbols,).

    last, day_open, previous_close : float64 USD, NaN when not known. last_ms : int64 time of
    the last eligible price, -1 when none. day_volume : float64 shares.
    """

    last: Float64
    last_ms: Int64
    day_open: Float64
    day_volume: Float64
    previous_close: Float64


def blank_quotes(n_symbols: int) -> Records:
    """Return quotes of which nothing is known, shape (n_symbols,)."""
    quotes = np.zeros(n_symbols, QUOTE)
    for name in ("last", "doubt", "day_open", "previous_close"):
        quotes[name] = np.nan
    quotes["last_ms"] = -1
    quotes["day_open_ms"] = UNKNOWN_MS
    return quotes


def forget_day(quotes: Records) -> None:
    """Drop the day's volume and open, keeping last prices and previous closes."""
    quotes["day_volume"] = 0.0
    quotes["day_open"] = np.nan
    quotes["day_open_ms"] = UNKNOWN_MS


def count_minute(
    quotes: Records, cells: Records, start_ms: int, from_ms: int, open_ms: int
) -> None:
    """Count one open minute's cells (n_symbols,) into the day; call oldest minute first."""
    if start_ms >= from_ms:
        quotes["day_volume"] += cells["volume"] + cells["volume_rest"]
    if start_ms + MINUTE_MS > open_ms:
        opens = np.isnan(quotes["day_open"]) & ~np.isnan(cells["open"])
        opens &= cells["first_ms"] >= open_ms
        quotes["day_open"][opens] = cells["open"][opens]
        quotes["day_open_ms"][opens] = cells["first_ms"][opens]
        quotes["day_open_sequence"][opens] = cells["first_sequence"][opens]


def developing_of(quotes: Records) -> Developing:
    """Return copies of the quote columns."""
    return Developing(**{field.name: quotes[field.name].copy() for field in fields(Developing)})
