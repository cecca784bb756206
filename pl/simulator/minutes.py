"""Make the minute bars of one day of one listing, and the blocks its trades must fit.

A minute has eight blocks of 7.5 s. A block has a centre price on the cent grid, a number of
trades and a number of shares; its trades come in pairs of one size, one above and one below
the centre by the same amount (an odd one trades at the centre). So every sum of a minute is
known from its blocks alone, exactly and in integers: the bar needs no trades, and the trades
of `trades.py` always add up to the bar.

Prices are whole cents, sizes whole shares, notional cents x shares: all exact in int64.
"""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.simulator.days import DayFrame, frame_of_day
from pl.simulator.factors import shared_blocks
from pl.simulator.paths import (
    BLOCKS,
    Happenings,
    Path,
    happenings_of_day,
    path_of_day,
    weather_with,
)
from pl.simulator.randomness import Bool, Int64, UInt64, draws, key_of, lane, lane_int
from pl.simulator.universe import Listing
from pl.simulator.weather import MINUTES, Weather, weather_of_day

BLOCK_MS: Final = 60_000 // BLOCKS
_CELLS: Final = MINUTES * BLOCKS
_FAR: Final = np.iinfo(np.int64).max

Cells = npt.NDArray[np.signedinteger]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Hold a day's blocks; each array has shape (1440, 8), int32 (int64 for one minute).

    centre : cents; spread : farthest a trade may be from the centre, cents; edge : the first
    trade is at centre + edge, the last at centre - edge; regular, odd : trades in round lots,
    trades in odd lots; regular_lots : average size of the former in lots of 100 shares;
    odd_size : average size of the latter in shares.
    """

    centre: Cells
    spread: Cells
    edge: Cells
    regular: Cells
    odd: Cells
    regular_lots: Cells
    odd_size: Cells

    def of_minute(self, minute: int) -> "Blocks":
        """Return the blocks (8,) of one minute of the day, as int64."""
        columns = (getattr(self, field.name)[minute] for field in fields(self))
        return Blocks(*(column.astype(np.int64) for column in columns))


@dataclass(frozen=True, slots=True)
class Bars:
    """Hold bars in order of time; each array has shape (n,), int64.

    start_ms : unix ms; prices in cents; volume : shares; notional : cents x shares of all
    trades that count in volume; trades : how many those are.
    """

    start_ms: Int64
    open: Int64
    high: Int64
    low: Int64
    close: Int64
    volume: Int64
    notional: Int64
    trades: Int64

    def __len__(self) -> int:
        return len(self.start_ms)

    def take(self, index: slice | Int64 | Bool) -> "Bars":
        """Return the bars chosen by a slice, an index or a mask."""
        return Bars(*(getattr(self, field.name)[index] for field in fields(self)))

    def starting(self, start_ms: Int64) -> "Bars":
        """Return the same bars with other start times."""
        return replace(self, start_ms=start_ms)


@dataclass(frozen=True, slots=True)
class Day:
    """Hold a day of one listing: the blocks of all minutes and the bars of those that have one."""

    frame: DayFrame
    happened: Happenings
    blocks: Blocks
    bars: Bars


def make_day(seed: int, listing: Listing, day: int, rate: float) -> Day:
    """Make the day (days since 1970-01-01 UTC) of a listing.

    rate : trades a second of a listing of average activity, over an average day.
    """
    frame = frame_of_day(seed, listing, day)
    happened = happenings_of_day(seed, listing, day)
    weather = weather_with(weather_of_day(seed, listing.symbol, day), happened)
    cells = draws(key_of(seed, listing.symbol, "cells", day), 3 * _CELLS).reshape(3, _CELLS)
    moves = shared_blocks(seed, listing, day, cells[0])
    path = path_of_day(frame, weather, happened, moves, cells[1])
    counts = _counts(weather, happened.trading(), rate * listing.activity, cells[1])
    blocks = _blocks(path, counts, cells[2])
    return Day(frame, happened, blocks, _bars(blocks, day))


def _counts(
    weather: Weather, trading: Bool, rate: float, bits: UInt64
) -> tuple[Int64, Int64, Int64, Int64]:
    """Return the columns regular, odd, regular_lots and odd_size of `Blocks`, flat."""
    expected = np.repeat(weather.activity * weather.traded, BLOCKS) * (rate * 60.0 / BLOCKS)
    total = (expected * (0.4 + 1.2 * lane(bits, 0)) + lane(bits, 1)).astype(np.int64) * trading
    share = 0.35 + 0.25 * lane(bits, 2)
    regular = (total * share + lane(bits, 0)).astype(np.int64)
    regular = np.minimum(regular, total) * np.repeat(weather.eligible, BLOCKS)
    regular_lots = 1 + (4.0 * np.square(np.square(lane(bits, 3)))).astype(np.int64)
    odd_size = 1 + (lane_int(bits, 2) & 31)
    return regular, total - regular, regular_lots, odd_size


def _blocks(path: Path, counts: tuple[Int64, Int64, Int64, Int64], bits: UInt64) -> Blocks:
    regular, odd, regular_lots, odd_size = counts
    centre = path.centre
    half_spread = 0.8e-4 * centre
    reach = lane(bits, 0) * (1.5 * half_spread + 0.7 * path.sigma) + lane(bits, 1)
    spread = np.minimum(np.minimum(reach, path.reach).astype(np.int64), centre // 4)
    edge = (lane(bits, 2) * (2 * spread + 1)).astype(np.int64) - spread
    edge[regular < 2] = 0
    spread = np.where(regular >= 4, spread, np.abs(edge))
    columns = (centre, spread, edge, regular, odd, regular_lots, odd_size)
    return Blocks(*(_frozen(c.astype(np.int32).reshape(MINUTES, BLOCKS)) for c in columns))


def _bars(blocks: Blocks, day: int) -> Bars:
    """Return the bars of the minutes with at least one regular trade."""
    across = Blocks(*(_by_block(getattr(blocks, field.name)) for field in fields(blocks)))
    set_by = across.regular > 0
    minutes = np.flatnonzero(set_by.any(axis=0))
    first = set_by.argmax(axis=0)[minutes]
    last = BLOCKS - 1 - set_by[::-1].argmax(axis=0)[minutes]
    volume = across.regular * across.regular_lots * 100 + across.odd * across.odd_size
    columns = (
        minutes * 60_000 + day * 86_400_000,
        (across.centre + across.edge)[first, minutes],
        np.where(set_by, across.centre + across.spread, 0).max(axis=0)[minutes],
        np.where(set_by, across.centre - across.spread, _FAR).min(axis=0)[minutes],
        (across.centre - across.edge)[last, minutes],
        volume.sum(axis=0)[minutes],
        (volume * across.centre).sum(axis=0)[minutes],
        (across.regular + across.odd).sum(axis=0)[minutes],
    )
    return Bars(*(_frozen(column) for column in columns))


def _by_block(column: Cells) -> Int64:
    """Return a column as (8, 1440), over which numpy reduces a minute's blocks fastest."""
    return np.ascontiguousarray(column.T, np.int64)


def _frozen(column: Cells) -> Cells:
    column.flags.writeable = False
    return column
