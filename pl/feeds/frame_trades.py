"""Read a frame of plain trades from its bytes, without an object an event.

What Massive sends is read here: `{"ev":"T",...}` after `{"ev":"T",...}`. A frame with
anything else in it is refused as a whole, and the general decoder reads it.
"""

from typing import Any, Final

import numpy as np

from pl.feeds.frame_bytes import (
    CLOSE,
    COMMA,
    END,
    NO,
    OPEN,
    after_other,
    letters,
    read_decimal,
    read_time,
    read_whole,
    starts_with,
)
from pl.feeds.frame_names import numbered, read_name
from pl.feeds.symbol_rows import UNKNOWN, UInt64, read_row
from pl.feeds.trade_rules import BY_HOURS
from pl.kernel import brief_leaf, leaf
from pl.market.batches import UPDATES_ALL, Int64, UInt8

REFUSED: Final = -1
FULL: Final = -2
REMARKED: Final = -3
N_EVENTS, N_BY_HOURS = 0, 1

SHORTEST: Final = len('{"ev":"T","sym":"","p":1,"s":1,"t":1}')

_KIND: Final = letters(b'{"ev":"T"')
_SYMBOL, _PRICE, _SIZE, _TIME, _SEQUENCE, _CONDITIONS = 1, 2, 4, 8, 16, 32
_NEEDED: Final = _SYMBOL | _PRICE | _SIZE | _TIME
_FIELDS: Final = numbered(
    {"sym": _SYMBOL, "p": _PRICE, "s": _SIZE, "t": _TIME, "q": _SEQUENCE, "c": _CONDITIONS}
)


@leaf
def _rule_of(code: int) -> int:
    regular = code & UPDATES_ALL
    return regular if regular == code >> 3 else BY_HOURS | code


@leaf
def _read_conditions(frame: bytes, at: int, codes: UInt8) -> tuple[int, int]:
    """Return what a list of condition ids allows, and the position after it."""
    code = UPDATES_ALL << 3 | UPDATES_ALL
    if frame[at] != OPEN:
        return code, NO
    if frame[at + 1] == CLOSE:
        return code, at + 2
    while frame[at] != CLOSE:
        condition, at = read_whole(frame, at + 1)
        if at == NO or (frame[at] != COMMA and frame[at] != CLOSE):
            return code, NO
        if condition < len(codes):
            code &= int(np.int64(codes[condition]))
    return code, at + 1


@leaf
def _read_field(
    frame: bytes, at: int, field: int, symbols: UInt64, codes: UInt8, trade: Any
) -> int:
    """Read the value at `at` into the field of the trade; return the position after it."""
    if field == _PRICE:
        trade.price, at = read_decimal(frame, at)
    elif field == _SIZE:
        trade.size, at = read_decimal(frame, at)
    elif field == _TIME:
        trade.t_ms, at = read_time(frame, at)
    elif field == _SEQUENCE:
        trade.sequence, at = read_whole(frame, at)
    elif field == _CONDITIONS:
        code, at = _read_conditions(frame, at, codes)
        trade.rule = _rule_of(code)
    elif field == _SYMBOL:
        trade.row, at = read_row(frame, at, symbols)
    else:
        at = after_other(frame, at)
    return at


@leaf
def _read_trade(frame: bytes, at: int, symbols: UInt64, codes: UInt8, trade: Any) -> int:
    """Read the event that begins at `at`; return the position after it."""
    if at + SHORTEST > len(frame):
        return NO
    if not starts_with(frame, at, _KIND):
        return NO
    at += len(_KIND)
    trade.sequence = 0
    trade.rule = UPDATES_ALL
    seen = 0
    while frame[at] == COMMA:
        name, at = read_name(frame, at)
        if at == NO:
            return NO
        field = int(np.int64(_FIELDS[name]))
        at = _read_field(frame, at, field, symbols, codes, trade)
        if at == NO or at >= len(frame) or seen & field:
            return NO
        seen |= field
    if frame[at] != END or seen & _NEEDED != _NEEDED:
        return NO
    return at + 1


@brief_leaf
def read_trades(
    symbols: UInt64, codes: UInt8, remarks: Int64, trades: Any, frame: bytes, begin: int
) -> int:
    """Write the frame's trades into the records from `begin` on.

    codes : (256,) what each condition allows, in extended hours << 3 | in regular hours.
    Returns where they end, when each event gave a trade and each rule is final; else FULL,
    REFUSED, or REMARKED - the end, when `remarks` (2,) holds how many events there were and
    how many trades have a rule that the hours decide.
    """
    last = len(frame) - 1
    if begin + last // SHORTEST >= len(trades):
        return FULL
    if last < SHORTEST or frame[0] != OPEN or frame[last] != CLOSE:
        return REFUSED
    n_events = 0
    n_by_hours = 0
    end = begin
    at = 0
    while at != last:
        trade = trades[end]
        at = _read_trade(frame, at + 1, symbols, codes, trade)
        if at == NO or (frame[at] != COMMA and at != last):
            return REFUSED
        n_events += 1
        if trade.row != UNKNOWN:
            end += 1
            n_by_hours += trade.rule >> 7
    if n_events == end - begin and n_by_hours == 0:
        return end
    remarks[N_EVENTS] = n_events
    remarks[N_BY_HOURS] = n_by_hours
    return REMARKED - end
