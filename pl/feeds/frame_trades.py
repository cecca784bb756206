"""Read a frame of plain trades from its bytes, without an object an event.

What Massive sends is read here: `{"ev":"T",...}` after `{"ev":"T",...}`. A frame with
anything else in it is refused as a whole, and the general decoder reads it.
"""

from typing import Any, Final

import numpy as np

from pl.feeds.frame_bytes import (
    BACKSLASH,
    CLOSE,
    COLON,
    COMMA,
    END,
    NO,
    OPEN,
    QUOTE,
    after_other,
    after_text,
    letters,
    read_decimal,
    read_whole,
    starts_with,
)
from pl.feeds.symbol_rows import UNKNOWN, UInt64, read_row
from pl.feeds.trade_rules import BY_HOURS
from pl.kernel import brief_leaf, leaf
from pl.market.batches import UPDATES_ALL, Int64, UInt8

REFUSED: Final = -1
FULL: Final = -2
REMARKED: Final = -3
N_EVENTS, N_BY_HOURS = 0, 1

SHORTEST: Final = len('{"ev":"T","sym":"","p":1,"s":1,"t":1}')
LATEST_MS: Final = 2**53

_KIND: Final = letters(b'{"ev":"T"')
_SYMBOL: Final = letters(b'sym"')
_EVENT: Final = letters(b'ev"')
_SYM, _PRICE, _SIZE, _TIME, _SEQUENCE, _CONDITIONS, _NO_NAME = 1, 2, 4, 8, 16, 32, 64
_NEEDED: Final = _SYM | _PRICE | _SIZE | _TIME


def _fields() -> UInt8:
    """Return which field a name of one character means (256,), 0 for one that nobody reads."""
    fields = np.full(256, _NO_NAME, np.uint8)
    fields[0x20:0x80] = 0
    fields[[QUOTE, BACKSLASH]] = _NO_NAME
    fields[list(b"pstqc")] = _PRICE, _SIZE, _TIME, _SEQUENCE, _CONDITIONS
    return fields


_FIELDS: Final = _fields()


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
def _read_short(frame: bytes, at: int, field: int, codes: UInt8, trade: Any) -> int:
    """Read the value at `at` into the field of the trade; return the position after it."""
    if field == _PRICE:
        trade.price, at = read_decimal(frame, at)
    elif field == _SIZE:
        trade.size, at = read_decimal(frame, at)
    elif field == _TIME:
        trade.t_ms, at = read_whole(frame, at)
        at = at if trade.t_ms <= LATEST_MS else NO
    elif field == _SEQUENCE:
        trade.sequence, at = read_whole(frame, at)
    else:
        code, at = _read_conditions(frame, at, codes)
        trade.rule = _rule_of(code)
    return at


@leaf
def _read_long(frame: bytes, at: int, symbols: UInt64, trade: Any) -> tuple[int, int]:
    """Read the member whose name of several characters begins at `at`."""
    if starts_with(frame, at, _SYMBOL):
        if frame[at + 4] != COLON or frame[at + 5] != QUOTE:
            return 0, NO
        trade.row, at = read_row(frame, at + 6, symbols)
        return _SYM, at
    if starts_with(frame, at, _EVENT):
        return 0, NO
    at = after_text(frame, at)
    if at == NO or at >= len(frame) or frame[at] != COLON:
        return 0, NO
    return 0, after_other(frame, at + 1)


@leaf
def _read_member(
    frame: bytes, at: int, symbols: UInt64, codes: UInt8, trade: Any
) -> tuple[int, int]:
    """Read one member, its comma at `at`; return which field it was, and what comes after."""
    if at + 8 > len(frame) or frame[at + 1] != QUOTE:
        return 0, NO
    if frame[at + 3] != QUOTE:
        return _read_long(frame, at + 2, symbols, trade)
    name = frame[at + 2]
    field = int(np.int64(_FIELDS[name]))
    if frame[at + 4] != COLON or field == _NO_NAME:
        return 0, NO
    if field == 0:
        return 0, after_other(frame, at + 5)
    return field, _read_short(frame, at + 5, field, codes, trade)


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
        field, at = _read_member(frame, at, symbols, codes, trade)
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
