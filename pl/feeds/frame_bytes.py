"""Read JSON straight from the bytes of a frame, as far as that is plain.

Each kernel takes the frame and a position and returns the position after what it read, or
`NO` for anything but plain: escapes, text beyond ASCII, exponents, signs, literals, nesting,
blanks, numbers too long to be exact. The general decoder decides what those are.

The frame ends with `]`, so digits and separators end before its end; texts and arrays are
held to it.
"""

from typing import Final

import numpy as np

from pl.kernel import leaf
from pl.market.batches import UInt8

NO: Final = -1

QUOTE: Final = ord('"')
BACKSLASH: Final = ord("\\")
COMMA: Final = ord(",")
COLON: Final = ord(":")
POINT: Final = ord(".")
ZERO: Final = ord("0")
OPEN: Final = ord("[")
CLOSE: Final = ord("]")
END: Final = ord("}")

MOST_DIGITS: Final = 18
"""So many digits fit into an int64, whatever they are."""
EXACT: Final = 2**53
TENS: Final = 10.0 ** np.arange(MOST_DIGITS + 1)


def letters(text: bytes) -> UInt8:
    """Return the bytes of a text as kernels compare them."""
    return np.frombuffer(text, np.uint8).copy()


@leaf
def starts_with(frame: bytes, at: int, text: UInt8) -> bool:
    """Tell whether the frame has the text at `at`."""
    for i in range(len(text)):  # noqa: SIM110 - a kernel has no generators
        if frame[at + i] != text[i]:
            return False
    return True


@leaf
def after_text(frame: bytes, at: int) -> int:
    """Return the position after the quote that ends the text which begins at `at`."""
    for i in range(at, len(frame)):
        char = frame[i]
        if char == QUOTE:
            return i + 1
        if char < 0x20 or char >= 0x80 or char == BACKSLASH:
            return NO
    return NO


@leaf
def read_digits(frame: bytes, at: int, value: int) -> tuple[int, int]:
    """Return `value` with the digits from `at` on appended, and the position after them."""
    digit = int(np.int64(frame[at])) - ZERO
    while 0 <= digit <= 9:
        value = value * 10 + digit
        at += 1
        digit = int(np.int64(frame[at])) - ZERO
    return value, at


@leaf
def read_whole(frame: bytes, at: int) -> tuple[int, int]:
    """Return a number without sign, point and exponent, and the position after it."""
    value, after = read_digits(frame, at, 0)
    n_digits = after - at
    if n_digits < 1 or n_digits > MOST_DIGITS or (n_digits > 1 and frame[at] == ZERO):
        return 0, NO
    return value, after


@leaf
def read_time(frame: bytes, at: int) -> tuple[int, int]:
    """Return a time in unix ms that a double can hold, and the position after it."""
    value, after = read_whole(frame, at)
    return value, after if value <= EXACT else NO


@leaf
def read_decimal(frame: bytes, at: int) -> tuple[float, int]:
    """Return a number without sign and exponent, rounded correctly, and the position after it.

    Source : Clinger 1990: an integer up to 2**53 divided by a power of ten up to 10**22 is
    rounded once.
    """
    value, after = read_digits(frame, at, 0)
    whole = after - at
    if whole < 1 or (whole > 1 and frame[at] == ZERO):
        return 0.0, NO
    if frame[after] != POINT:
        return float(value), after if whole <= MOST_DIGITS and value <= EXACT else NO
    point = after
    value, after = read_digits(frame, point + 1, value)
    places = after - point - 1
    if places < 1 or whole + places > MOST_DIGITS or value > EXACT:
        return 0.0, NO
    return float(value) / TENS[places], after


@leaf
def after_other(frame: bytes, at: int) -> int:
    """Return the position after a plain text or number that nobody reads."""
    if frame[at] == QUOTE:
        return after_text(frame, at + 1)
    _, after = read_decimal(frame, at)
    return after
