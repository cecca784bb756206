"""Find a symbol's row by the bytes of a frame, in a hash table that kernels read.

A symbol of at most 16 ASCII characters is its own key: two words, filled like a shift
register. Longer ones and other texts are left to the general decoder.

Source: Knuth, The Art of Computer Programming, vol. 3, 6.4: multiplicative hashing, linear
probing.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from pl.feeds.frame_bytes import BACKSLASH, NO, QUOTE
from pl.kernel import leaf
from pl.market.batches import SymbolTable

UInt64 = npt.NDArray[np.uint64]

MOST_CHARS: Final = 16
UNKNOWN: Final = -1

_LOW, _HIGH, _ROW = 0, 1, 2
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_EIGHT: Final = np.uint64(8)
_TOP: Final = np.uint64(56)
_NO_ROW: Final = np.uint64(2**64 - 1)


@leaf
def _slot(low: np.uint64, high: np.uint64, n_slots: int) -> int:
    mixed = (low ^ (high * _SPREAD)) * _SPREAD
    return int(np.int64(mixed >> np.uint64(32))) & (n_slots - 1)


@leaf
def find(symbols: UInt64, low: np.uint64, high: np.uint64) -> int:
    """Return the slot of a key, or the free one where it would be."""
    slot = _slot(low, high, len(symbols))
    while symbols[slot, _ROW] != _NO_ROW and (
        symbols[slot, _LOW] != low or symbols[slot, _HIGH] != high
    ):
        slot = (slot + 1) & (len(symbols) - 1)
    return slot


@leaf
def read_row(frame: bytes, at: int, symbols: UInt64) -> tuple[int, int]:
    """Return the row of the symbol whose quote is at `at`, and the position after it."""
    if frame[at] != QUOTE:
        return UNKNOWN, NO
    at += 1
    low = np.uint64(0)
    high = np.uint64(0)
    for i in range(at, min(at + MOST_CHARS + 1, len(frame))):
        char = frame[i]
        if char == QUOTE:
            row = symbols[find(symbols, low, high), _ROW]
            return UNKNOWN if row == _NO_ROW else int(np.int64(row)), i + 1
        if char < 0x20 or char >= 0x80 or char == BACKSLASH or i == at + MOST_CHARS:
            return UNKNOWN, NO
        high = (high << _EIGHT) | (low >> _TOP)
        low = (low << _EIGHT) | np.uint64(char)
    return UNKNOWN, NO


def symbol_rows(table: SymbolTable) -> UInt64:
    """Return the hash table of all symbols that frames can spell plainly, for the kernels."""
    n_slots = 8
    while n_slots < 4 * len(table):
        n_slots *= 2
    slots = np.full((n_slots, 3), _NO_ROW, np.uint64)
    for row, symbol in enumerate(table):
        if symbol.isascii() and len(symbol) <= MOST_CHARS and "\0" not in symbol:
            key = int.from_bytes(symbol.encode(), "big")
            low, high = np.uint64(key & (2**64 - 1)), np.uint64(key >> 64)
            slots[find(slots, low, high)] = low, high, row
    return slots
