"""Read a frame of plain second or minute bars from its bytes, as `frame_trades` reads trades."""

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
    starts_with,
)
from pl.feeds.frame_names import numbered, read_name
from pl.feeds.symbol_rows import UNKNOWN, UInt64, read_row
from pl.feeds.typical import typical_price
from pl.kernel import brief_leaf, leaf
from pl.market.batches import UInt8

REFUSED: Final = -1
MOST_TRADES: Final = 2.0**31 - 1

SHORTEST: Final = len('{"ev":"A","sym":"","o":1,"h":1,"l":1,"c":1,"v":1,"s":1}')

SECONDS: Final = letters(b'{"ev":"A"')
MINUTES: Final = letters(b'{"ev":"AM"')

PLAIN_BAR: Final = np.dtype(
    [
        ("start_ms", np.int64),
        ("open", np.float64),
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("volume", np.float64),
        ("vwap", np.float64),
        ("mean_size", np.float64),
        ("row", np.int32),
        ("trade_count", np.int32),
    ],
    align=True,
)

typical = leaf(typical_price)

_SYMBOL, _OPEN, _HIGH, _LOW, _CLOSE, _VOLUME, _START, _SIZE, _VWAP = (2**n for n in range(9))
_NEEDED: Final = _SYMBOL | _OPEN | _HIGH | _LOW | _CLOSE | _VOLUME | _START
_NAMES: Final = {"sym": 1, "o": 2, "h": 3, "l": 4, "c": 5, "v": 6, "s": 7, "z": 8, "vw": 9}
_FIELDS: Final = numbered(_NAMES)
"""The place of each name's bit, counted from 1."""


@leaf
def _read_number(frame: bytes, at: int, field: int, bar: Any) -> int:
    value, at = read_decimal(frame, at)
    if field == _OPEN:
        bar.open = value
    elif field == _HIGH:
        bar.high = value
    elif field == _LOW:
        bar.low = value
    elif field == _CLOSE:
        bar.close = value
    elif field == _VOLUME:
        bar.volume = value
    elif field == _VWAP:
        bar.vwap = value
    else:
        bar.mean_size = value
    return at


@leaf
def _read_field(frame: bytes, at: int, field: int, symbols: UInt64, bar: Any) -> int:
    """Read the value at `at` into the field of the bar; return the position after it."""
    if field == 0:
        return after_other(frame, at)
    if field == _SYMBOL:
        bar.row, at = read_row(frame, at, symbols)
    elif field == _START:
        bar.start_ms, at = read_time(frame, at)
    else:
        at = _read_number(frame, at, field, bar)
    return at


@leaf
def _complete(bar: Any) -> None:
    """Let the typical price stand for a vwap that is not given, and count the trades."""
    if bar.vwap == 0.0:
        bar.vwap = typical(bar.high, bar.low, bar.close)
    bar.trade_count = 0
    if bar.mean_size > 0.0 and bar.volume > 0.0:
        bar.trade_count = np.int32(np.rint(min(bar.volume / bar.mean_size, MOST_TRADES)))


@leaf
def _read_bar(frame: bytes, at: int, kind: UInt8, symbols: UInt64, bar: Any) -> int:
    """Read the event that begins at `at`; return the position after it."""
    if at + SHORTEST > len(frame) or not starts_with(frame, at, kind):
        return NO
    at += len(kind)
    bar.vwap = 0.0
    bar.mean_size = 0.0
    seen = 0
    while frame[at] == COMMA:
        name, at = read_name(frame, at)
        if at == NO:
            return NO
        field = 1 << int(np.int64(_FIELDS[name])) >> 1
        at = _read_field(frame, at, field, symbols, bar)
        if at == NO or at >= len(frame) or seen & field:
            return NO
        seen |= field
    if frame[at] != END or seen & _NEEDED != _NEEDED:
        return NO
    _complete(bar)
    return at + 1


@brief_leaf
def read_bars(kind: UInt8, symbols: UInt64, bars: Any, frame: bytes) -> tuple[int, int]:
    """Write the frame's bars of one kind into the records (PLAIN_BAR); return how many.

    bars must have room for len(frame) // SHORTEST + 1. Returns also how many events there
    were, those of unknown symbols included; REFUSED when anything in the frame is not plain.
    """
    last = len(frame) - 1
    if last < SHORTEST or frame[0] != OPEN or frame[last] != CLOSE:
        return REFUSED, 0
    used = 0
    n_events = 0
    at = 0
    while at != last:
        bar = bars[used]
        at = _read_bar(frame, at + 1, kind, symbols, bar)
        if at == NO or (frame[at] != COMMA and at != last):
            return REFUSED, 0
        n_events += 1
        used += bar.row != UNKNOWN
    return used, n_events
