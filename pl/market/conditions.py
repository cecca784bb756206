"""Decide which fields of a bar a trade may touch, from its sale conditions.

A trade updates a field only if every one of its conditions allows it; a condition that is
not listed allows everything. The result is a mask of UPDATES_* (see `batches`).

Form T marks a trade outside regular hours. There it may set the prices of minute bars, so
each vocabulary has two tables: one for regular hours, one for extended hours. A market that
is always open (the simulated one) is always in regular hours.

Source: consolidated trade rules of the CTA and UTP plans, as Massive publishes them.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import (
    UPDATES_ALL,
    UPDATES_HIGH_LOW,
    UPDATES_OPEN_CLOSE,
    UPDATES_VOLUME,
    Int64,
    UInt8,
)

VOLUME_ONLY: Final = UPDATES_VOLUME
NO_OPEN_CLOSE: Final = UPDATES_HIGH_LOW | UPDATES_VOLUME
PRICES_ONLY: Final = UPDATES_OPEN_CLOSE | UPDATES_HIGH_LOW
NOTHING: Final = 0

MASSIVE_FORM_T: Final = 12
MASSIVE_RULES: Final[Mapping[int, int]] = {
    2: VOLUME_ONLY,  # average price
    5: NO_OPEN_CLOSE,  # bunched sold
    7: VOLUME_ONLY,  # cash sale
    10: NO_OPEN_CLOSE,  # derivatively priced
    MASSIVE_FORM_T: VOLUME_ONLY,
    13: VOLUME_ONLY,  # extended hours, sold out of sequence
    15: NOTHING,  # official close
    16: NOTHING,  # official open
    17: NO_OPEN_CLOSE,  # opening trade of one market center
    20: VOLUME_ONLY,  # next day
    21: VOLUME_ONLY,  # price variation
    22: NO_OPEN_CLOSE,  # prior reference price
    29: VOLUME_ONLY,  # seller's option
    32: NO_OPEN_CLOSE,  # sold, out of sequence
    33: NO_OPEN_CLOSE,  # sold, stopped stock
    37: VOLUME_ONLY,  # odd lot
    38: PRICES_ONLY,  # corrected consolidated close
    52: VOLUME_ONLY,  # contingent
    53: VOLUME_ONLY,  # qualified contingent
}

LEAN_FORM_T: Final = 0x400 | 0x2000
LEAN_RULES: Final[tuple[tuple[int, int], ...]] = (
    # cash, next day, seller, extended hours out of sequence, average price, price variation
    (0x2 | 0x4 | 0x8 | 0x4000 | 0x100000 | 0x400000, VOLUME_ONLY),
    (LEAN_FORM_T, VOLUME_ONLY),
    # derivatively priced, sold, bunched, prior reference
    (0x200 | 0x800 | 0x20000 | 0x2000000, NO_OPEN_CLOSE),
    # official close, official open
    (0x1000000 | 0x4000000, NOTHING),
)

TABLE_SIZE: Final = 256


def _massive_table(rules: Mapping[int, int]) -> bytes:
    return bytes(rules.get(condition, UPDATES_ALL) for condition in range(TABLE_SIZE))


MASSIVE_REGULAR: Final = _massive_table(MASSIVE_RULES)
"""Rule mask of each Massive condition id 0..255 in regular hours."""
MASSIVE_EXTENDED: Final = _massive_table({**MASSIVE_RULES, MASSIVE_FORM_T: UPDATES_ALL})
"""The same outside regular hours."""


def massive_rule(conditions: Iterable[int] | None, table: bytes = MASSIVE_REGULAR) -> int:
    """Return the mask of one trade from its Massive condition ids (None: no condition).

    table : MASSIVE_REGULAR or MASSIVE_EXTENDED, by the trade's time.
    """
    rule = UPDATES_ALL
    for condition in conditions or ():
        if 0 <= condition < TABLE_SIZE:
            rule &= table[condition]
    return rule


def lean_rules(
    cond_flags: Int64, suspicious: npt.NDArray[np.bool_], regular: npt.NDArray[np.bool_]
) -> UInt8:
    """Return the masks of trades in LEAN's tick format; all arrays have shape (n,).

    cond_flags : AlgoSeek condition bits; suspicious : the vendor doubts the price, so the
    trade keeps its volume and loses its price; regular : traded in regular hours.

    Source: LEAN TradeConditionFlags; the five recorded days, whose published minute volumes
    contain the suspicious trades.
    """
    rules = np.full(cond_flags.shape, UPDATES_ALL, np.uint8)
    for bits, allowed in LEAN_RULES:
        touched = (cond_flags & bits) != 0
        if bits == LEAN_FORM_T:
            touched &= regular
        rules[touched] &= np.uint8(allowed)
    rules[suspicious] &= np.uint8(VOLUME_ONLY)
    return rules
