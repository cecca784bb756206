"""Make the trades of one minute of one listing so that they add up to its bar.

See `minutes.py` for the blocks. When every trade of a minute has arrived, the trades' open,
high, low, close, volume, notional and count equal the bar's exactly; until then (some arrive
seconds to two and a half minutes after their time) the bar made from them differs, as it does
in the real market.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from pl.simulator.conditions import INSIDE, ODD_LOT, OFFICIAL, OUTSIDE, REGULAR, RULES, choose
from pl.simulator.minutes import BLOCK_MS, Blocks
from pl.simulator.randomness import Bool, Int64, UInt64, draws, draws_at, key_of, lane, lane_int
from pl.simulator.universe import Listing

MAX_LATENESS_MS: Final = 155_000
_SEQUENCE_EPOCH_MS: Final = 1_577_836_800_000
_TRF: Final = 4
_EXCHANGES: Final = np.array([4, 4, 4, 4, 4, 4, 0, 0, 0, 19, 19, 8, 8, 7, 21, 15], np.int64)
_PAIR_STRIDE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Trades:
    """Hold trades in order of event time; each array has shape (n,), int64.

    t_ms : event time, unix ms; arrives_ms : when the feed sends it; price : cents; size :
    shares; kind : index into conditions.KINDS; exchange : Massive's id; sequence : increasing
    with arrival, unique a symbol; number : unique a symbol.
    """

    t_ms: Int64
    arrives_ms: Int64
    price: Int64
    size: Int64
    kind: Int64
    exchange: Int64
    sequence: Int64
    number: Int64

    def __len__(self) -> int:
        return len(self.t_ms)

    @property
    def rule(self) -> Int64:
        """Return the mask of UPDATES_* of each trade."""
        return RULES[self.kind]

    def take(self, index: slice | Int64 | Bool) -> "Trades":
        """Return the trades chosen by a slice, an index or a mask."""
        return Trades(*(getattr(self, field.name)[index] for field in fields(self)))


def join(parts: list[Trades]) -> Trades:
    """Join trades in the order given."""
    return Trades(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Trades))
    )


def no_trades() -> Trades:
    """Return no trades."""
    return Trades(*(np.empty(0, np.int64) for _ in fields(Trades)))


def make_trades(seed: int, listing: Listing, start_ms: int, blocks: Blocks) -> Trades:
    """Make the trades of the minute that starts at `start_ms` from its blocks (8,)."""
    minute = start_ms // 60_000
    parts = (
        _regular_trades(key_of(seed, listing.symbol, "regular", minute), blocks),
        _odd_lots(key_of(seed, listing.symbol, "odd", minute), blocks),
        _official_prices(key_of(seed, listing.symbol, "official", minute), blocks),
    )
    offset, price, size, kind = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(offset, kind="stable")
    t_ms = start_ms + offset[order]
    key = key_of(seed, listing.symbol, "arrival", minute)
    late_by = _lateness(key, len(order))
    arrives = t_ms + late_by
    number = np.arange(len(order), dtype=np.int64)
    bits = draws(key_of(seed, listing.symbol, "venue", minute), len(order))
    exchange = _EXCHANGES[lane_int(bits, 0) >> 12]
    return Trades(
        t_ms=t_ms,
        arrives_ms=arrives,
        price=price[order],
        size=size[order],
        kind=kind[order],
        exchange=np.where(exchange == 0, listing.exchange_id, exchange),
        sequence=_sequence(arrives, late_by, number),
        number=(minute << 20) + number,
    )


_Columns = tuple[Int64, Int64, Int64, Int64]
"""Offset in the minute in ms, price, size, kind."""


def _regular_trades(key: int, blocks: Blocks) -> _Columns:
    """Make the trades that may set open and close, and prints that stand in for their insides.

    In a block of n: rank 0 is the first and n - 1 the last in time, a pair; from four on, ranks
    1 and 2 are the highest and the lowest; the rest lie anywhere between, in pairs.
    """
    block, rank = _ranks(blocks.regular)
    n, centre, edge = blocks.regular[block], blocks.centre[block], blocks.edge[block]
    own = draws(key, len(block))
    ends = (rank == 0) | (rank == n - 1)
    pair = np.where(ends, 0, (rank + 1) >> 1)
    bits = draws_at(key, (block + 1) * _PAIR_STRIDE + pair)
    centred = (n & 1 == 1) & (rank == np.maximum(n - 2, 0))
    free = ~ends & ~centred & (rank > 2)
    spread = blocks.spread[block]
    away = np.where(free, lane_int(bits, 0) * (spread + 1) >> 16, spread)
    kind, away = _kinds(bits, own, free, away, centre)
    away = np.where(rank & 1 == 1, away, -away)
    away = np.where(ends, np.where(rank == 0, edge, -edge), away)
    away[centred] = 0
    lots = _shared_out(block, pair, centred, blocks.regular_lots - 1, lane_int(bits, 1) ** 3 >> 30)
    return _regular_offsets(own, block, rank, n), centre + away, 100 + 100 * lots, kind


def _kinds(
    bits: UInt64, own: UInt64, free: Bool, away: Int64, centre: Int64
) -> tuple[Int64, Int64]:
    """Return kinds and distances from the centre; some free pairs become special prints."""
    chance, pick = lane_int(bits, 2), lane_int(bits, 3)
    inside = free & (chance < 1_300)
    outside = free & (chance >= 65_536 - 330)
    kind = choose(REGULAR, lane_int(own, 1))
    kind = np.where(inside, choose(INSIDE, pick), kind)
    kind = np.where(outside, choose(OUTSIDE, pick), kind)
    far = 1 + (centre * (pick & 1023) >> 17)
    return kind, np.where(outside, away + far, away)


def _regular_offsets(own: UInt64, block: Int64, rank: Int64, n: Int64) -> Int64:
    """Return times in which rank 0 is strictly the first of its block, n - 1 the last."""
    times = np.sort(block * BLOCK_MS + (lane_int(own, 0) * BLOCK_MS >> 16))
    place = np.where(rank == 0, -1, np.where(rank == n - 1, 65_536, lane_int(own, 2)))
    offset = np.empty_like(times)
    offset[np.lexsort((place, block))] = times
    start = np.arange(len(block)) - rank
    first = np.minimum(offset[start], block * BLOCK_MS + BLOCK_MS - 3)
    last = np.maximum(offset[start + n - 1], first + 2)
    between = np.clip(offset, first + 1, last - 1)
    ends: Int64 = np.where(rank == 0, first, last)
    return np.where((rank == 0) | (rank == n - 1), ends, between)


def _odd_lots(key: int, blocks: Blocks) -> _Columns:
    block, rank = _ranks(blocks.odd)
    n, pair = blocks.odd[block], rank >> 1
    own = draws(key, len(block))
    bits = draws_at(key, (block + 1) * _PAIR_STRIDE + pair)
    centred = (n & 1 == 1) & (rank == n - 1)
    away = lane_int(bits, 0) * (blocks.spread[block] + 2) >> 16
    away = np.where(rank & 1 == 1, away, -away)
    away[centred] = 0
    weight = 64 + (lane_int(bits, 1) >> 9)
    size = 1 + _shared_out(block, pair, centred, blocks.odd_size - 1, weight)
    offset = block * BLOCK_MS + (lane_int(own, 0) * BLOCK_MS >> 16)
    return offset, blocks.centre[block] + away, size, choose(ODD_LOT, lane_int(own, 1))


def _shared_out(block: Int64, pair: Int64, centred: Bool, average: Int64, weight: Int64) -> Int64:
    """Share `average` units a trade of each block (8,) out among its pairs, by weight.

    Both trades of a pair get the same; a centred trade gets the average. All in integers, so
    the total is exact.
    """
    paired = ~centred
    pairs = np.bincount(block[paired], minlength=len(average)) >> 1
    weight = weight + 1
    weights = np.bincount(block[paired], weight[paired], minlength=len(average)).astype(np.int64)
    units = pairs * average
    share = units[block] * weight // np.maximum(weights >> 1, 1)[block]
    given = np.bincount(block[paired], share[paired], minlength=len(average)).astype(np.int64) >> 1
    share += pair < (units - given)[block]
    return np.where(centred, average[block], share)


def _official_prices(key: int, blocks: Blocks) -> _Columns:
    """Return now and then a market center's official price, somewhat off the market."""
    bits = draws(key, 1)
    chance, where, size, kind = (lane_int(bits, index) for index in range(4))
    n = int(chance[0] < 6_500 and blocks.regular.any())
    price = blocks.centre[:1] + (blocks.centre[:1] * (size - 32_768) >> 22)
    columns = (where * 60_000 >> 16, price, 100 + size, choose(OFFICIAL, kind))
    return columns[0][:n], columns[1][:n], columns[2][:n], columns[3][:n]


def _ranks(counts: Int64) -> tuple[Int64, Int64]:
    """Return the block and the rank in it of each of the trades counted a block (8,)."""
    block = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    return block, np.arange(len(block), dtype=np.int64) - first[block]


def _lateness(key: int, n: int) -> Int64:
    """Return how long after its time each trade arrives, ms.

    Most within 30 ms and nearly all within 210, one in 2,000 up to three seconds later; in
    one minute of twenty one to three trades come five seconds to two and a half minutes
    late.
    """
    bits = draws(key, n)
    late_by = 4 + (20 * lane(bits, 0) + 180 * lane(bits, 1) ** 16).astype(np.int64)
    slow = lane_int(bits, 2) < 33
    late_by[slow] = 300 + (lane_int(bits, 3)[slow] * 2_700 >> 16)
    chance = draws_at(key, np.array([-1, -2, -3], np.int64))
    if n and lane_int(chance, 0)[0] < 3_277:
        several = 1 + int(lane_int(chance, 1)[0]) % 3
        which = lane_int(chance, 2)[:several] * n >> 16
        late_by[which] = 5_000 + (145_000 * lane(chance, 3)[:several] ** 2).astype(np.int64)
    return late_by


def _sequence(arrives: Int64, late_by: Int64, number: Int64) -> Int64:
    """Return numbers that rise with arrival and are unique a symbol, with gaps."""
    late = (late_by > 1_000).astype(np.int64)
    sequence: Int64 = (arrives - _SEQUENCE_EPOCH_MS << 11) + (late << 10) + (number & 1023)
    return sequence
