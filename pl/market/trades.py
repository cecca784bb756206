"""Put trades into their minutes: in order, late, twice, cancelled.

A trade is known by (row, t_ms, sequence, price, size). Seen again it counts once; if the
repeat allows less than the first (a rule of 0 is a cancel), the stricter rule holds for both,
whichever came first. A sequence below 0 means that the feed numbers nothing: such trades are
never duplicates.
"""

from typing import Any, Final

import numpy as np

from pl.kernel import brief_leaf, leaf
from pl.market.batches import (
    MINUTE_MS,
    UPDATES_OPEN_CLOSE,
    UInt8,
)
from pl.market.cells import (
    RANK_TRADES,
    TOUCHED,
    VALUES_CHANGED,
    clear_values,
    fold_trade,
    turn,
    volume_of,
)
from pl.market.rejections import ABSURD, ACCEPTED, DUPLICATE, STALE, SUPERSEDED, TOO_LATE
from pl.market.screening import screen_trades

STALE_MS: Final = 6 * 3_600_000
"""An event this far behind the feed's clock belongs to another session."""

MAX_RATIO: Final = 20.0
"""A first price this many times off the last one needs a second that agrees (a 7:1 split does
not; a 1:50 reverse split does)."""

UNSCREENED: Final = -1
UNKNOWN_ROW: Final = -1
STOPPED: Final = -2

QUOTE: Final = np.dtype(
    [
        ("last", np.float64),
        ("last_ms", np.int64),
        ("last_sequence", np.int64),
        ("doubt", np.float64),  # the price refused as absurd just before; NaN: none
        ("day_open", np.float64),
        ("day_open_ms", np.int64),
        ("day_open_sequence", np.int64),
        ("day_volume", np.float64),
        ("previous_close", np.float64),
    ],
    align=True,
)

BOOK: Final = np.dtype(
    [
        ("newest", np.int64),  # latest open minute, unix minutes; -1: none
        ("trades_used", np.int64),
        ("seconds_used", np.int64),
        ("day_from_ms", np.int64),  # day volume counts minutes from here
        ("day_open_from_ms", np.int64),  # the first eligible trade from here is the day's open
    ],
    align=True,
)


@leaf
def near(price: float, other: float) -> bool:
    """Tell whether two prices are within MAX_RATIO of each other."""
    return price <= other * MAX_RATIO and other <= price * MAX_RATIO


@leaf
def is_absurd(quote: Any, price: float) -> bool:
    """Doubt a price far off the last one, unless the trade before it was as far."""
    if np.isnan(quote.last) or near(price, quote.last):
        quote.doubt = np.nan
        return False
    if not np.isnan(quote.doubt) and near(price, quote.doubt):
        return False
    quote.doubt = price
    return True


@leaf
def quote_price(quote: Any, book: Any, t_ms: int, sequence: int, price: float) -> None:
    """Let an eligible price move the symbol's last price and its day's open."""
    if t_ms > quote.last_ms or (t_ms == quote.last_ms and sequence >= quote.last_sequence):
        quote.last = price
        quote.last_ms = t_ms
        quote.last_sequence = sequence
    if t_ms < book.day_open_from_ms:
        return
    if t_ms < quote.day_open_ms or (
        t_ms == quote.day_open_ms and sequence < quote.day_open_sequence
    ):
        quote.day_open = price
        quote.day_open_ms = t_ms
        quote.day_open_sequence = sequence


@leaf
def time_fault(minute: int, newest: int, depth: int, t_ms: int, now_ms: int) -> int:
    """Return TOO_LATE or STALE for a minute that has left the ring."""
    if minute > newest - depth:
        return ACCEPTED
    return STALE if t_ms < now_ms - STALE_MS else TOO_LATE


@leaf
def find_trade(log: Any, cell: Any, offset: int, sequence: int, price: float, size: float) -> int:
    """Return where the log holds this very trade of the cell, or -1."""
    at = cell.newest
    while at >= 0:
        entry = log[at]
        if (
            entry.sequence == sequence
            and entry.offset == offset
            and entry.price == price
            and entry.size == size
        ):
            return int(at)
        if sequence > entry.top_before:
            return -1
        at = entry.prev
    return -1


@leaf
def rebuild(cell: Any, log: Any, start_ms: int) -> None:
    """Make the cell's values afresh from its chain of trades."""
    clear_values(cell)
    at = oldest = turn(log, cell.newest)
    while at >= 0:
        entry = log[at]
        fold_trade(
            cell, start_ms + entry.offset, entry.sequence, entry.price, entry.size, entry.rule
        )
        at = entry.prev
    turn(log, oldest)


@leaf
def _restrict(cell: Any, log: Any, at: int, rule: int, start_ms: int) -> int:
    both = log[at].rule & rule
    if both == log[at].rule:
        return DUPLICATE
    log[at].rule = both
    rebuild(cell, log, start_ms)
    cell.change |= VALUES_CHANGED
    return ACCEPTED


@leaf
def _append(
    cell: Any,
    log: Any,
    book: Any,
    offset: int,
    sequence: int,
    price: float,
    size: float,
    rule: int,
) -> None:
    at = book.trades_used
    entry = log[at]
    entry.sequence = sequence
    entry.top_before = cell.top_sequence
    entry.price = price
    entry.size = size
    entry.prev = cell.newest
    entry.offset = offset
    entry.rule = rule
    cell.newest = at
    cell.top_sequence = max(cell.top_sequence, sequence)
    book.trades_used = at + 1


@leaf
def put_trade(
    cell: Any,
    log: Any,
    book: Any,
    quote: Any,
    t_ms: int,
    sequence: int,
    price: float,
    size: float,
    rule: int,
) -> int:
    """Put one trade into its cell; return ACCEPTED or why not."""
    if cell.rank != RANK_TRADES:
        return SUPERSEDED
    start_ms = t_ms // MINUTE_MS * MINUTE_MS
    offset = t_ms - start_ms
    if 0 <= sequence <= cell.top_sequence:
        at = find_trade(log, cell, offset, sequence, price, size)
        if at >= 0:
            return _restrict(cell, log, at, rule, start_ms)
    if rule != 0 and is_absurd(quote, price):
        return ABSURD
    _append(cell, log, book, offset, sequence, price, size, rule)
    if rule != 0:
        fold_trade(cell, t_ms, sequence, price, size, rule)
        cell.change |= VALUES_CHANGED
        if rule & UPDATES_OPEN_CLOSE:
            quote_price(quote, book, t_ms, sequence, price)
    return ACCEPTED


@leaf
def put_trades(
    book: Any,
    cells: Any,
    quotes: Any,
    log: Any,
    touched: UInt8,
    trades: Any,
    now_ms: int,
    begin: int,
) -> int:
    """Put trades from index `begin` on into their cells, writing a verdict for each.

    Returns the index of the first trade whose minute has no slot yet, or for which the log
    has no room, or n.
    """
    depth = cells.shape[0]
    for i in range(begin, len(trades)):
        trade = trades[i]
        if trade.verdict != ACCEPTED:
            continue
        minute = trade.t_ms // MINUTE_MS
        if minute > book.newest or book.trades_used >= len(log):
            return i
        trade.verdict = time_fault(minute, book.newest, depth, trade.t_ms, now_ms)
        if trade.verdict != ACCEPTED:
            continue
        slot = minute % depth
        touched[slot] |= TOUCHED
        cell = cells[slot, trade.row]
        quote = quotes[trade.row]
        before = volume_of(cell)
        trade.verdict = put_trade(
            cell,
            log,
            book,
            quote,
            trade.t_ms,
            trade.sequence,
            trade.price,
            trade.size,
            trade.rule,
        )
        if trade.t_ms >= book.day_from_ms:
            quote.day_volume += volume_of(cell) - before
    return len(trades)


@brief_leaf
def add_trades(
    clocks: Any,
    books: Any,
    cells: Any,
    quotes: Any,
    touched: UInt8,
    log: Any,
    trades: Any,
    received_at: float,
    begin: int,
) -> int:
    """Put trades from index `begin` on into their cells; UNSCREENED screens and puts all.

    Returns how many are not accepted; UNKNOWN_ROW when a row is out of range; or
    STOPPED - i when the i-th trade needs a slot or room in the log first.
    """
    if begin == UNSCREENED:
        if not screen_trades(clocks, cells.shape[1], trades, received_at):
            return UNKNOWN_ROW
        begin = 0
    at = put_trades(books[0], cells, quotes, log, touched, trades, clocks[0].now_ms, begin)
    if at < len(trades):
        return STOPPED - at
    refused = 0
    for i in range(len(trades)):
        refused += trades[i].verdict != ACCEPTED
    return refused
