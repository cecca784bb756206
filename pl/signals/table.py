"""Hold what an update computed, as columns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pl.market.batches import Float64, Int32, Int64
from pl.signals.entries import Entries, join_entries
from pl.signals.indicators.names import COLUMN, INDICATOR_NAMES
from pl.signals.signal import Signal


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """Hold one row a computed bar, each (row, start_ms) once; n rows.

    row : (n,) int32; start_ms : (n,) int64 unix ms; values : (n, N) float64 in the order of
    INDICATOR_NAMES, NaN before a warm-up is over; patterns : (n,) int64, bit p set when pattern
    number p of the registry fired on the bar, whatever the policy makes of it;
    candles : (n, 2) int64, bit c of the first set when candlestick number c of the catalogue
    completed on the bar, of the second when it is a bearish one.
    """

    row: Int32
    start_ms: Int64
    values: Float64
    patterns: Int64
    candles: Int64

    def __len__(self) -> int:
        return len(self.row)

    def column(self, name: str) -> Float64:
        """Return the values of one indicator, shape (n,)."""
        return self.values[:, COLUMN[name]]

    @staticmethod
    def empty() -> "IndicatorTable":
        """Return a table without rows."""
        return IndicatorTable(
            np.empty(0, np.int32),
            np.empty(0, np.int64),
            np.empty((0, len(INDICATOR_NAMES)), np.float64),
            np.empty(0, np.int64),
            np.empty((0, 2), np.int64),
        )


def join(tables: Sequence[IndicatorTable]) -> IndicatorTable:
    """Return the rows of all tables; of rows for the same bar the last one counts."""
    if not tables:
        return IndicatorTable.empty()
    if len(tables) == 1:
        return tables[0]
    row = np.concatenate([table.row for table in tables])
    start = np.concatenate([table.start_ms for table in tables])
    values = np.concatenate([table.values for table in tables])
    patterns = np.concatenate([table.patterns for table in tables])
    candles = np.concatenate([table.candles for table in tables])
    order = np.lexsort((np.arange(len(row)), row, start))
    last = np.ones(len(row), np.bool_)
    last[:-1] = (np.diff(row[order]) != 0) | (np.diff(start[order]) != 0)
    keep = order[last]
    return IndicatorTable(row[keep], start[keep], values[keep], patterns[keep], candles[keep])


@dataclass(frozen=True, slots=True)
class EngineUpdate:
    """Hold the log entries and the indicator rows that a batch of bars caused.

    entries : in log order; refused : bars that changed nothing, by cause: `unsound` (not
    finite, not positive, out of order), `too_old` (before the walk's start), `stale` (an older
    revision than the one held), `repeated` (exactly what is held); `restated` counts bars that
    were taken but go on at another scale of prices: signals that look across are left out;
    `restated_combos` combos that are silent because days or session hold prices of two scales.
    """

    entries: Entries
    indicators: IndicatorTable
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def signals(self) -> list[Signal]:
        """Return the whole log of the batch written out, whatever a policy makes of it."""
        return self.entries.signals()


def joined_updates(updates: Sequence[EngineUpdate]) -> EngineUpdate:
    """Return what several batches caused as if they had come in one."""
    if len(updates) == 1:
        return updates[0]
    refused: Counter[str] = Counter()
    for update in updates:
        refused.update(update.refused)
    return EngineUpdate(
        join_entries([update.entries for update in updates]),
        join([update.indicators for update in updates]),
        dict(refused),
    )
