"""Compare each symbol with all others at the same bar: relative strength and its rank.

Strength is the change of the close over 60 bars (`roc_60`, percent) less the median of the
universe's, in percentage points. The rank is the share of the universe, in percent, that changed
by less; those that changed by just as much count half.

It looks across symbols, so it is no part of the signal log, which knows one symbol at a time: it
is added to the rows and to what is published when the bars of a minute have been evaluated.
Source : Levy 1967, ranks of relative strength.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pl.market.batches import Float64, Int32, Int64
from pl.signals.indicators.names import RELATIVE_STRENGTH, ROC_60, STRENGTH_RANK
from pl.signals.table import IndicatorTable

FEWEST: Final = 2
"""Symbols with a value; fewer are no universe."""
REMEMBERED: Final = 64
"""Bars back to which a late bar is still compared with those that were on time."""


Strength = Mapping[str, float]


class Universe:
    """Hold how the symbols changed in the latest bars."""

    def __init__(self) -> None:
        self._changes: dict[int, Float64] = {}

    def compare(self, table: IndicatorTable) -> None:
        """Fill in strength and rank of a table's rows.

        A row of a bar of which most symbols came before is compared with those; NaN where fewer
        than two symbols have a value.
        """
        turns = np.flatnonzero(np.diff(table.start_ms, prepend=table.start_ms[:1] - 1))
        for start_ms in set(table.start_ms[turns].tolist()):
            rows = np.flatnonzero(table.start_ms == start_ms)
            changes = table.values[rows, ROC_60]
            known = self._learn(start_ms, np.sort(changes[np.isfinite(changes)]))
            has_others = len(known) >= FEWEST
            middle = middle_of(known) if has_others else np.nan
            table.values[rows, RELATIVE_STRENGTH] = changes - middle
            table.values[rows, STRENGTH_RANK] = rank_of(changes, known) if has_others else np.nan
        for start_ms in sorted(self._changes)[:-REMEMBERED]:
            del self._changes[start_ms]

    def _learn(self, start_ms: int, changes: Float64) -> Float64:
        known = self._changes.get(start_ms)
        if known is None or len(changes) >= len(known):
            known = self._changes[start_ms] = changes
        return known


def middle_of(known: Float64) -> float:
    """Return the median of numbers that rise."""
    n = len(known)
    return float((known[(n - 1) // 2] + known[n // 2]) / 2.0)


def rank_of(changes: Float64, known: Float64) -> Float64:
    """Return the rank, 0-100, of each change among the `known` ones, which rise; NaN for NaN.

    They are looked up as they rise, which finds each beside the one before.
    """
    order = np.argsort(changes)
    rising = changes[order]
    below = np.searchsorted(known, rising, "left")
    up_to = np.searchsorted(known, rising, "right")
    rank = np.empty(len(changes))
    rank[order] = 50.0 * (below + up_to) / len(known)
    return np.where(np.isfinite(changes), rank, np.nan)


def strengths(table: IndicatorTable, row: Int64, start_ms: Int64) -> list[Strength]:
    """Return what a compared table knows of strength and rank at the bars asked for.

    row, start_ms : (n,) which; what is not known is left out.
    """
    keys = _keys(table.row, table.start_ms)
    order = np.argsort(keys, kind="stable")
    asked = _keys(row, start_ms)
    place = np.searchsorted(keys[order], asked)
    found = np.append(order, 0)[place]
    values = np.full((len(asked), 2), np.nan)
    if len(keys):
        held = keys[found] == asked
        values[held] = table.values[found[held]][:, [RELATIVE_STRENGTH, STRENGTH_RANK]]
    return [
        {"relative_strength": strength, "strength_rank": rank} if np.isfinite(strength) else {}
        for strength, rank in values.tolist()
    ]


def _keys(row: Int32 | Int64, start_ms: Int64) -> Int64:
    """Return one number for each (bar start, row); a market has fewer than 2**20 symbols."""
    return (start_ms // 1000 << 20) + row
