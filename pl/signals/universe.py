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

from pl.kernel import kernel
from pl.market.batches import Float64, Int32, Int64
from pl.signals.bars import CLOSE
from pl.signals.history import History, find
from pl.signals.indicators.names import RELATIVE_STRENGTH, ROC_60, STRENGTH_RANK
from pl.signals.indicators.rules.momentum import LONG
from pl.signals.table import IndicatorTable

FEWEST: Final = 2
"""Symbols with a value; fewer are no universe."""
NEVER: Final = -(2**62)
REMEMBERED: Final = 64
"""Bars back to which a late bar is compared with those that were on time, as they came; further
back, and after a start, with what the bars that are held say of all."""


Strength = Mapping[str, float]


class Universe:
    """Hold how the symbols changed in the latest bars."""

    def __init__(self) -> None:
        self._changes: dict[int, Float64] = {}
        self._newest = NEVER

    def compare(self, table: IndicatorTable, history: History | None = None) -> None:
        """Fill in strength and rank of a table's rows.

        A row of a bar of which most symbols came before is compared with those; NaN where fewer
        than two symbols have a value.
        history : the bars as they are after those of the table; of bars that are not remembered,
        nor the next ones, it says how all symbols had changed.
        """
        turns = np.flatnonzero(np.diff(table.start_ms, prepend=table.start_ms[:1] - 1))
        starts = sorted(set(table.start_ms[turns].tolist()))
        if history is not None:
            self._look_up(starts, history)
        for start_ms in starts:
            rows = np.flatnonzero(table.start_ms == start_ms)
            changes = table.values[rows, ROC_60]
            known = self._learn(start_ms, np.sort(changes[np.isfinite(changes)]))
            has_others = len(known) >= FEWEST
            middle = middle_of(known) if has_others else np.nan
            table.values[rows, RELATIVE_STRENGTH] = changes - middle
            table.values[rows, STRENGTH_RANK] = rank_of(changes, known) if has_others else np.nan
        for start_ms in sorted(self._changes)[:-REMEMBERED]:
            del self._changes[start_ms]

    def _look_up(self, starts: list[int], history: History) -> None:
        """Learn from the bars that are held what is not remembered of bars (n,) that were seen."""
        if self._newest == NEVER:
            self._newest = newest_of(history)
        unknown = [ms for ms in starts if ms <= self._newest and ms not in self._changes]
        self._newest = max([self._newest, *starts])
        if unknown:
            self._changes.update(zip(unknown, known_at(history, unknown), strict=True))

    def _learn(self, start_ms: int, changes: Float64) -> Float64:
        known = self._changes.get(start_ms)
        if known is None or len(changes) >= len(known):
            known = self._changes[start_ms] = changes
        return known


def newest_of(history: History) -> int:
    """Return the start of the newest bar that is held, NEVER without any."""
    rows = np.flatnonzero(history.n_bars)
    return int(history.start[rows, history.n_bars[rows] - 1].max(initial=NEVER))


def known_at(history: History, starts: list[int]) -> list[Float64]:
    """Return the changes of all rows at bars whose starts rise, in rising order each."""
    changes = np.full((len(starts), len(history.n_bars)), np.nan)
    write_changes(history, np.array(starts, np.int64), changes)
    return [np.sort(at_one[np.isfinite(at_one)]) for at_one in changes]


@kernel
def write_changes(history: History, starts: Int64, out: Float64) -> None:
    """Write the change over 60 bars, in percent as `roc_60` has it, of rows at bars into (n, S).

    starts : (n,) rising; what has no value is left as it is.
    """
    for row in range(len(history.n_bars)):
        i = find(history, row, starts[0])
        for k in range(len(starts)):
            while i < history.n_bars[row] and history.start[row, i] < starts[k]:
                i += 1
            if LONG <= i < history.n_bars[row] and history.start[row, i] == starts[k]:
                before = history.columns[i - LONG, CLOSE, row]
                out[k, row] = 100.0 * (history.columns[i, CLOSE, row] / before - 1.0)


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
