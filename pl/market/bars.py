"""Put a vendor's second and minute bars into their minutes.

A bar seen again replaces the old one. A minute bar outranks second bars, and these outrank
trades: what ranks lower leaves the cell and later arrivals of it are superseded.
"""

from typing import Any, Final

import numpy as np

from pl.kernel import kernel
from pl.market.batches import MINUTE_MS, Float64, Int32, Int64, UInt8
from pl.market.cells import (
    NEVER,
    QUALITY_CHANGED,
    RANK_MINUTE,
    RANK_SECONDS,
    READY,
    TOUCHED,
    VALUES_CHANGED,
    add_volume,
    clear_values,
    turn,
    volume_of,
    vwap_of,
)
from pl.market.rejections import ABSURD, ACCEPTED, DUPLICATE, SUPERSEDED
from pl.market.screening import bar_fault, judge_times
from pl.market.trades import is_absurd, quote_price, time_fault

VWAP_TOLERANCE: Final = 1e-4
"""Vendors print vwap to four decimals: closer than this is the same value (USD)."""

LAST: Final = np.iinfo(np.int64).max
"""A bar's close counts as later than any trade of the same millisecond."""


@kernel
def screen_bars(
    clocks: Any,
    n_rows: int,
    row: Int32,
    start_ms: Int64,
    columns: Float64,
    span_ms: int,
    received_at: float,
    trusted: bool,
    verdict: UInt8,
) -> int:
    """Write a verdict (n,) for each bar; return how many are held, -1 for a row out of range.

    columns : (6, n) open, high, low, close, volume, vwap; trusted : history asked for by us,
    which neither obeys nor moves the feed's clock.
    """
    for i in range(len(row)):
        if row[i] < 0 or row[i] >= n_rows:
            return -1
        verdict[i] = bar_fault(
            columns[0, i], columns[1, i], columns[2, i], columns[3, i], columns[4, i], columns[5, i]
        )
        if start_ms[i] % span_ms != 0:
            verdict[i] = ABSURD
    if trusted:
        return 0
    return judge_times(clocks, start_ms + span_ms, received_at, verdict)


@kernel
def _fold_second(cell: Any, entry: Any) -> None:
    if entry.offset < cell.first_ms:
        cell.first_ms = entry.offset
        cell.open = entry.open
    if entry.offset > cell.last_ms:
        cell.last_ms = entry.offset
        cell.close = entry.close
    cell.high = max(cell.high, entry.high)
    cell.low = min(cell.low, entry.low)
    add_volume(cell, entry.volume, entry.vwap, entry.trade_count)


@kernel
def _write_second(entry: Any, columns: Float64, i: int, trade_count: int) -> bool:
    same = bool(
        entry.open == columns[0, i]
        and entry.high == columns[1, i]
        and entry.low == columns[2, i]
        and entry.close == columns[3, i]
        and entry.volume == columns[4, i]
        and entry.vwap == columns[5, i]
        and entry.trade_count == trade_count
    )
    entry.open = columns[0, i]
    entry.high = columns[1, i]
    entry.low = columns[2, i]
    entry.close = columns[3, i]
    entry.volume = columns[4, i]
    entry.vwap = columns[5, i]
    entry.trade_count = trade_count
    return same


@kernel
def _second_at(cell: Any, log: Any, book: Any, offset: int) -> int:
    """Return where the cell's second of that offset lives, appending an empty one if none."""
    at = cell.newest
    while at >= 0:
        if log[at].offset == offset:
            return int(at)
        at = log[at].prev
    at = book.seconds_used
    log[at].offset = offset
    log[at].open = np.nan
    log[at].prev = cell.newest
    cell.newest = at
    book.seconds_used = at + 1
    return int(at)


@kernel
def put_second(
    cell: Any, log: Any, book: Any, offset: int, columns: Float64, i: int, trade_count: int
) -> int:
    """Put the i-th bar of `columns` into its cell as one second of the minute."""
    if cell.rank > RANK_SECONDS:
        return SUPERSEDED
    if cell.rank < RANK_SECONDS:
        cell.rank = RANK_SECONDS
        cell.newest = -1
    at = _second_at(cell, log, book, offset)
    if _write_second(log[at], columns, i, trade_count):
        return DUPLICATE
    clear_values(cell)
    link = oldest = turn(log, cell.newest)
    while link >= 0:
        _fold_second(cell, log[link])
        link = log[link].prev
    turn(log, oldest)
    cell.change |= VALUES_CHANGED
    return ACCEPTED


@kernel
def _holds(cell: Any, columns: Float64, i: int, trade_count: int) -> bool:
    """Tell whether the cell's values are those of the bar (a count of 0 is unknown)."""
    counted = trade_count > 0
    return bool(
        cell.open == columns[0, i]
        and cell.high == columns[1, i]
        and cell.low == columns[2, i]
        and cell.close == columns[3, i]
        and volume_of(cell) == columns[4, i]
        and abs(vwap_of(cell) - columns[5, i]) <= VWAP_TOLERANCE
        and not (counted and cell.trade_count != trade_count)
    )


@kernel
def put_minute(cell: Any, columns: Float64, i: int, trade_count: int, backfill: bool) -> int:
    """Let the i-th bar of `columns` be the cell's minute; equal values change no revision."""
    known = cell.rank == RANK_MINUTE
    same = _holds(cell, columns, i, trade_count)
    upgraded = backfill and not cell.backfilled
    cell.rank = RANK_MINUTE
    cell.newest = -1
    cell.backfilled = cell.backfilled or backfill
    if same:
        if upgraded and cell.revision != NEVER:
            cell.change |= QUALITY_CHANGED
        return DUPLICATE if known and not upgraded else ACCEPTED
    clear_values(cell)
    cell.open = columns[0, i]
    cell.high = columns[1, i]
    cell.low = columns[2, i]
    cell.close = columns[3, i]
    cell.volume = columns[4, i]
    cell.vwap = columns[5, i]
    cell.trade_count = trade_count
    cell.change |= VALUES_CHANGED
    return ACCEPTED


@kernel
def _quote_bar(
    quote: Any, book: Any, start_ms: int, span_ms: int, columns: Float64, i: int
) -> None:
    quote_price(quote, book, start_ms + span_ms - 1, LAST, columns[3, i])
    if start_ms >= book.day_open_from_ms and start_ms < quote.day_open_ms:
        quote.day_open = columns[0, i]
        quote.day_open_ms = start_ms
        quote.day_open_sequence = -1


@kernel
def put_bars(
    books: Any,
    cells: Any,
    quotes: Any,
    log: Any,
    touched: UInt8,
    row: Int32,
    start_ms: Int64,
    columns: Float64,
    trade_count: Int32,
    span_ms: int,
    backfill: bool,
    verdict: UInt8,
    now_ms: int,
    begin: int,
) -> int:
    """Put bars from index `begin` on into their cells, writing a verdict (n,) for each.

    Returns the index of the first bar whose minute has no slot yet, or n. The log must have
    room for n entries.
    """
    book = books[0]
    depth = cells.shape[0]
    for i in range(begin, len(row)):
        if verdict[i] != ACCEPTED:
            continue
        minute = start_ms[i] // MINUTE_MS
        if minute > book.newest:
            return i
        verdict[i] = time_fault(minute, book.newest, depth, start_ms[i], now_ms)
        quote = quotes[row[i]]
        if verdict[i] == ACCEPTED and not backfill and is_absurd(quote, columns[3, i]):
            verdict[i] = ABSURD
        if verdict[i] != ACCEPTED:
            continue
        slot = minute % depth
        cell = cells[slot, row[i]]
        before = volume_of(cell)
        if span_ms == MINUTE_MS:
            verdict[i] = put_minute(cell, columns, i, trade_count[i], backfill)
            touched[slot] |= READY
        else:
            offset = start_ms[i] - minute * MINUTE_MS
            verdict[i] = put_second(cell, log, book, offset, columns, i, trade_count[i])
        touched[slot] |= TOUCHED
        if start_ms[i] >= book.day_from_ms:
            quote.day_volume += volume_of(cell) - before
        if verdict[i] == ACCEPTED:
            _quote_bar(quote, book, start_ms[i], span_ms, columns, i)
    return len(row)
