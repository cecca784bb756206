"""Read the name of a symbol as somebody typed it.

Case tells symbols apart: Massive writes a preferred share with a small p (BACpB, TpA), rights
with an r and what is not issued yet with a w.
"""

import re
from collections.abc import Container
from typing import Final

SYMBOL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")

_WITH_A_SMALL_LETTER: Final = re.compile(r"[A-Z]+(?:[prw][A-Z]*)+")


def spellings(typed: str) -> tuple[str, ...]:
    """Return the symbols that `typed` may mean: as it stands, then in capitals."""
    return tuple(dict.fromkeys((typed, typed.upper())))


def spelled(typed: str, known: Container[str] = ()) -> str:
    """Return the symbol that `typed` means: the first of its spellings that is known.

    Where none is, a name that Massive would write with a small letter stays, another one is
    written in capitals.
    """
    for symbol in spellings(typed):
        if symbol in known:
            return symbol
    return typed if _WITH_A_SMALL_LETTER.fullmatch(typed) else typed.upper()
