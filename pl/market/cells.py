"""Hold the open minutes of every symbol, one record a (minute, symbol).

`cells` has shape (depth, n_symbols); minute m lives in slot m % depth. All minutes of one
slot lie together in memory, so a busy minute of 11,000 symbols stays in the CPU's cache.

Each cell heads a chain of what it was made of (`newest`, then `prev`), in order of arrival,
newest first: trades in the trade log or second bars in the second log, by the cell's rank.
So a duplicate is recognised, and a cancelled trade or a corrected second leaves the bar
exactly as if it had never been.

Sums are compensated (each carries what rounding took from it), so the order of arrival does
not show in volume or vwap.

Source: Neumaier 1974, for the sums.
"""

from typing import Any, Final

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import (
    UPDATES_HIGH_LOW,
    UPDATES_OPEN_CLOSE,
    UPDATES_VOLUME,
    Int32,
)

RANK_TRADES: Final = 0
RANK_SECONDS: Final = 1
RANK_MINUTE: Final = 2

SAME: Final = 0
VALUES_CHANGED: Final = 1
QUALITY_CHANGED: Final = 2

TOUCHED: Final = 1
"""The slot has cells that changed since they were last collected."""
READY: Final = 2
"""The slot has vendor's minute bars that were not collected yet."""

NEVER: Final = -1
FAR: Final = np.iinfo(np.int64).max

CELL: Final = np.dtype(
    [
        ("first_ms", np.int64),
        ("first_sequence", np.int64),
        ("last_ms", np.int64),
        ("last_sequence", np.int64),
        ("open", np.float64),
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("volume", np.float64),
        ("volume_rest", np.float64),
        ("turnover", np.float64),
        ("turnover_rest", np.float64),
        ("vwap", np.float64),  # of a vendor's minute bar; NaN: turnover / volume
        ("top_sequence", np.int64),
        ("trade_count", np.int32),
        ("newest", np.int32),
        ("revision", np.int32),  # NEVER: not emitted
        ("rank", np.uint8),
        ("change", np.uint8),
        ("backfilled", np.bool_),
    ],
    align=True,
)

TRADE: Final = np.dtype(
    [
        ("sequence", np.int64),
        ("top_before", np.int64),  # largest sequence of the cell before this trade
        ("price", np.float64),
        ("size", np.float64),
        ("prev", np.int32),
        ("offset", np.uint16),  # ms since the minute's start
        ("rule", np.uint8),
    ],
    align=True,
)

SECOND: Final = np.dtype(
    [
        ("open", np.float64),
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("volume", np.float64),
        ("vwap", np.float64),
        ("trade_count", np.int32),
        ("prev", np.int32),
        ("offset", np.uint16),  # ms since the minute's start
    ],
    align=True,
)


@leaf
def clear_values(cell: Any) -> None:
    """Empty the cell's values; its chain, rank and revision stay."""
    cell.first_ms = FAR
    cell.first_sequence = FAR
    cell.last_ms = -1
    cell.last_sequence = -1
    cell.open = np.nan
    cell.high = -np.inf
    cell.low = np.inf
    cell.close = np.nan
    cell.volume = 0.0
    cell.volume_rest = 0.0
    cell.turnover = 0.0
    cell.turnover_rest = 0.0
    cell.vwap = np.nan
    cell.trade_count = 0


@kernel
def open_slot(cells: Any, slot: int) -> None:
    """Make every cell of the slot a minute of which nothing is known."""
    for row in range(cells.shape[1]):
        cell = cells[slot, row]
        clear_values(cell)
        cell.top_sequence = -1
        cell.newest = -1
        cell.revision = NEVER
        cell.rank = RANK_TRADES
        cell.change = SAME
        cell.backfilled = False


@leaf
def two_sum(total: float, rest: float, value: float) -> tuple[float, float]:
    """Return total + value, and the rest grown by what that rounding lost."""
    added = total + value
    part = added - total
    return added, rest + ((total - (added - part)) + (value - part))


@leaf
def volume_of(cell: Any) -> float:
    """Return the shares that the cell has counted."""
    return float(cell.volume + cell.volume_rest)


@leaf
def vwap_of(cell: Any) -> float:
    """Return the volume-weighted price: the vendor's, else ours; the close without volume."""
    if not np.isnan(cell.vwap):
        return float(cell.vwap)
    volume = volume_of(cell)
    if volume <= 0.0:
        return float(cell.close)
    return float((cell.turnover + cell.turnover_rest) / volume)


@leaf
def add_volume(cell: Any, size: float, price: float, trades: int) -> None:
    """Count `size` shares at `price` into volume, turnover and trade count."""
    cell.volume, cell.volume_rest = two_sum(cell.volume, cell.volume_rest, size)
    cell.turnover, cell.turnover_rest = two_sum(cell.turnover, cell.turnover_rest, price * size)
    cell.trade_count += trades


@leaf
def fold_trade(cell: Any, t_ms: int, sequence: int, price: float, size: float, rule: int) -> None:
    """Let one trade touch the fields that its rule allows."""
    if rule & UPDATES_OPEN_CLOSE:
        if t_ms < cell.first_ms or (t_ms == cell.first_ms and sequence < cell.first_sequence):
            cell.first_ms = t_ms
            cell.first_sequence = sequence
            cell.open = price
        if t_ms > cell.last_ms or (t_ms == cell.last_ms and sequence >= cell.last_sequence):
            cell.last_ms = t_ms
            cell.last_sequence = sequence
            cell.close = price
    if rule & UPDATES_HIGH_LOW:
        cell.high = max(cell.high, price)
        cell.low = min(cell.low, price)
    if rule & UPDATES_VOLUME:
        add_volume(cell, size, price, 1)


@leaf
def turn(log: Any, head: int) -> int:
    """Turn a chain round in place, so that `prev` leads the other way; return its new head."""
    before = -1
    at = head
    while at >= 0:
        after = log[at].prev
        log[at].prev = before
        before = at
        at = after
    return before


@kernel
def compact(cells: Any, rank: int, log: Any, target: Any) -> int:
    """Copy the living chains of one log into `target`; return how many entries live."""
    used = 0
    for slot in range(cells.shape[0]):
        for row in range(cells.shape[1]):
            cell = cells[slot, row]
            if cell.rank != rank or cell.newest < 0:
                continue
            at = cell.newest
            cell.newest = used
            while at >= 0:
                target[used] = log[at]
                at = log[at].prev
                target[used].prev = used + 1 if at >= 0 else -1
                used += 1
    return used


@kernel
def collect(cells: Any, slot: int, settled: bool, rows: Int32) -> int:
    """Write the rows of the slot whose bars are due into `rows`; return how many.

    settled : the minute has ended by the watermark; otherwise only vendor's minute bars are
    due. A bar whose values changed gets its next revision here.
    """
    found = 0
    for row in range(cells.shape[1]):
        cell = cells[slot, row]
        if cell.change == SAME or np.isnan(cell.close):
            continue
        if not settled and cell.rank != RANK_MINUTE:
            continue
        if cell.revision == NEVER or cell.change & VALUES_CHANGED:
            cell.revision += 1
        cell.change = SAME
        rows[found] = row
        found += 1
    return found


@kernel
def mark_partial(cells: Any, slot: int) -> int:
    """Make emitted bars of the slot come again as partial; return how many."""
    marked = 0
    for row in range(cells.shape[1]):
        cell = cells[slot, row]
        if cell.revision == NEVER or cell.backfilled or cell.change != SAME:
            continue
        cell.change = QUALITY_CHANGED
        marked += 1
    return marked
