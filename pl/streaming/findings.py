"""Hold what a policy let through until it is told: it is written out a part at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pl.market.batches import QUALITY_NAMES, ClosedBars, Int64
from pl.signals.entries import Entries
from pl.signals.signal import Signal
from pl.signals.table import IndicatorTable
from pl.signals.universe import strengths

Finding = tuple[Signal, str]
"""A signal and the quality of its bar."""


class Found(Protocol):
    """Signals in log order; a list of them will do."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sequence[Finding]: ...

    def __iter__(self) -> Iterator[Finding]: ...


@dataclass(frozen=True, slots=True)
class Findings:
    """Write the entries of a close with what is known beside them, when they are asked for.

    closed : the bars of the close, sorted by (start_ms, row); indicators : their rows.
    """

    entries: Entries
    closed: ClosedBars
    indicators: IndicatorTable

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, part: slice, /) -> list[Finding]:
        places = np.arange(len(self.entries))[part]
        signals = self.entries.signals(places.tolist())
        row, start_ms = self.entries.row[places].astype(np.int64), self.entries.bar_time_ms[places]
        known = strengths(self.indicators, row, start_ms)
        quality = self._quality(row, start_ms)
        return [
            (_compared(signal, strength), QUALITY_NAMES[kind])
            for signal, strength, kind in zip(signals, known, quality, strict=True)
        ]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self[:])

    def _quality(self, row: Int64, start_ms: Int64) -> list[int]:
        """Return the quality of each bar (n,), live for one that is not of this close."""
        if not len(self.closed):
            return [0] * len(row)
        n_rows = int(max(row.max(initial=0), self.closed.row.max())) + 1
        keys = self.closed.start_ms * n_rows + self.closed.row
        wanted = start_ms * n_rows + row
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        kinds = np.where(keys[place] == wanted, self.closed.quality[place], 0)
        return [int(kind) for kind in kinds]


def _compared(signal: Signal, known: Mapping[str, float]) -> Signal:
    """Return a signal with its symbol's strength against the universe at its bar, where known."""
    if not known:
        return signal
    return signal.but(indicators={**signal.indicators, **known})
