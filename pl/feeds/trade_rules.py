"""Know which fields of a bar each trade of a batch may touch."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import UPDATES_ALL, Int64, UInt8
from pl.market.conditions import MASSIVE_EXTENDED, MASSIVE_REGULAR, massive_rule

RegularHours = Callable[[Int64], npt.NDArray[np.bool_]]
"""Tell for each time (unix ms) whether it is in regular hours: `MarketSessions.regular`."""

MOST_RULES: Final = 10_000
BY_HOURS: Final = 0x80
"""Marks a code that the hours decide."""

CONDITION_CODES: Final[UInt8] = np.array(
    [
        extended << 3 | regular
        for regular, extended in zip(MASSIVE_REGULAR, MASSIVE_EXTENDED, strict=True)
    ],
    np.uint8,
)
"""What each condition id 0..255 allows outside regular hours << 3 | within them."""


class TradeRules:
    """Remember the rules of each set of Massive condition ids met so far."""

    def __init__(self, regular_hours: RegularHours) -> None:
        self._regular_hours = regular_hours
        self._codes: dict[tuple[int, ...], int] = {(): UPDATES_ALL}

    def masks(self, conditions: Sequence[tuple[int, ...]], t_ms: Int64) -> UInt8:
        """Return the UPDATES_* mask of each trade; `t_ms` decides where the hours matter."""
        known = self._codes
        try:
            codes = [known[each] for each in conditions]
        except KeyError:
            self._learn(conditions)
            codes = [known[each] for each in conditions]
        found = np.array(codes, np.uint8)
        return found if max(codes) < BY_HOURS else self.by_hours(found, t_ms)

    def by_hours(self, codes: UInt8, t_ms: Int64) -> UInt8:
        """Return the masks of codes (n,) where the hours of `t_ms` decide those marked so."""
        extended = codes >= BY_HOURS
        extended &= ~self._regular_hours(t_ms)
        masks: UInt8 = np.where(extended, codes >> 3, codes) & np.uint8(UPDATES_ALL)
        return masks

    def _learn(self, conditions: Sequence[tuple[int, ...]]) -> None:
        if len(self._codes) > MOST_RULES:
            self._codes.clear()
        self._codes.update((each, _code(each)) for each in conditions)


def _code(conditions: tuple[int, ...]) -> int:
    """Return the mask, or both masks and a mark where the hours decide."""
    regular = massive_rule(conditions, MASSIVE_REGULAR)
    extended = massive_rule(conditions, MASSIVE_EXTENDED)
    return regular if regular == extended else BY_HOURS | extended << 3 | regular
