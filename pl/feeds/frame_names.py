"""Tell which member of an event comes next, from the bytes of a frame."""

from typing import Final

import numpy as np

from pl.feeds.frame_bytes import (
    BACKSLASH,
    COLON,
    NO,
    QUOTE,
    after_text,
    letters,
    starts_with,
)
from pl.kernel import leaf
from pl.market.batches import UInt8

OTHER: Final = 0
SYMBOL: Final = 256
VWAP: Final = 257
N_NAMES: Final = 258
"""Names are numbered: one character by its code, the others that somebody reads from 256."""

SHORTEST_REST: Final = len(',"p":1}]')

_EVENT: Final = letters(b'ev"')
_SYMBOL: Final = letters(b'sym"')
_VWAP: Final = letters(b'vw"')


@leaf
def read_name(frame: bytes, at: int) -> tuple[int, int]:
    """Return the name of the member whose comma is at `at`, and where its value begins.

    A second `ev` is as little plain as a name with an escape.
    """
    if at + SHORTEST_REST > len(frame) or frame[at + 1] != QUOTE:
        return OTHER, NO
    if frame[at + 3] != QUOTE:
        return _read_long_name(frame, at + 2)
    name = int(np.int64(frame[at + 2]))
    if name < 0x20 or name >= 0x80 or name in (QUOTE, BACKSLASH):
        return OTHER, NO
    return name, at + 5 if frame[at + 4] == COLON else NO


@leaf
def _read_long_name(frame: bytes, at: int) -> tuple[int, int]:
    after = after_text(frame, at)
    if after == NO or frame[after] != COLON or starts_with(frame, at, _EVENT):
        return OTHER, NO
    if starts_with(frame, at, _SYMBOL):
        return SYMBOL, after + 1
    if starts_with(frame, at, _VWAP):
        return VWAP, after + 1
    return OTHER, after + 1


def numbered(fields: dict[str, int]) -> UInt8:
    """Return the field of each name (N_NAMES,), 0 where nobody reads it."""
    found = np.zeros(N_NAMES, np.uint8)
    for name, field in fields.items():
        found[{"sym": SYMBOL, "vw": VWAP}.get(name) or ord(name)] = field
    return found
