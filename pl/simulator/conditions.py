"""Choose the sale conditions of simulated trades.

A kind of print is a set of Massive condition ids. Which fields of a bar it may set is judged
by the trade rules of `pl.market`, the same as for every other feed.

Source : Massive's conditions and indicators glossary
"""

from typing import Final, NamedTuple

import numpy as np

from pl.market.conditions import massive_rule
from pl.simulator.randomness import Int64


class PrintKind(NamedTuple):
    """Name the condition ids of a trade, and how often it is chosen in its family."""

    conditions: tuple[int, ...]
    weight: int


REGULAR: Final = (
    PrintKind((), 560),
    PrintKind((14,), 300),
    PrintKind((14, 41), 120),
    PrintKind((9,), 8),
    PrintKind((11,), 6),
    PrintKind((1,), 6),
)
"""Trades that may set every field; only these are first, last, highest or lowest."""

ODD_LOT: Final = (PrintKind((37,), 600), PrintKind((14, 37), 320), PrintKind((14, 37, 41), 80))
"""Trades below 100 shares: they count in volume alone."""

INSIDE: Final = (PrintKind((10,), 50), PrintKind((22,), 20), PrintKind((32,), 30))
"""Trades that set neither open nor close, at prices inside the block's range."""

OUTSIDE: Final = (
    PrintKind((2,), 30),
    PrintKind((7,), 5),
    PrintKind((20,), 5),
    PrintKind((21,), 10),
    PrintKind((29,), 5),
    PrintKind((52,), 20),
    PrintKind((53,), 25),
)
"""Trades that count in volume alone, at prices that may lie far outside the bar."""

OFFICIAL: Final = (PrintKind((15,), 50), PrintKind((16,), 50))
"""Official prices that a market center republishes: they touch no bar."""

KINDS: Final = (*REGULAR, *ODD_LOT, *INSIDE, *OUTSIDE, *OFFICIAL)
RULES: Final = np.array([massive_rule(kind.conditions) for kind in KINDS], np.int64)
"""The mask of UPDATES_* of each kind."""


def choose(family: tuple[PrintKind, ...], chance: Int64) -> Int64:
    """Return an index into KINDS for each chance (n,) in 0..65535, by the family's weights."""
    weights = np.cumsum([kind.weight for kind in family])
    first = KINDS.index(family[0])
    chosen: Int64 = np.searchsorted(weights, chance * weights[-1] >> 16, side="right") + first
    return chosen
