"""Know what a day had traded before this process began to watch it."""

from collections.abc import Callable

import numpy as np

from pl.market.batches import MINUTE_MS, ClosedBars, Float64, Records
from pl.market.quotes import UNKNOWN_MS

CellsOf = Callable[[int], Records | None]


class DayBefore:
    """Hold the volume of minutes that are stored, until the ring has passed them.

    A minute that the ring holds as well (late trades, or fetched again) counts once: what is
    stored stands in for what its cells lack, unless they were fetched since.
    """

    def __init__(self, n_symbols: int) -> None:
        self._n_symbols = n_symbols
        self._minutes: dict[int, Float64] = {}

    def begin(self, quotes: Records, bars: ClosedBars | None, open_ms: int) -> None:
        """Take the day's stored bars, sorted by (start_ms, row); the first from `open_ms` opens.

        quotes : (n_symbols,), whose day's open is set where it was not known.
        """
        self._minutes = {}
        if bars is None:
            return
        for minute in np.unique(bars.start_ms // MINUTE_MS).tolist():
            chosen = bars.start_ms // MINUTE_MS == minute
            volume = np.zeros(self._n_symbols)
            volume[bars.row[chosen]] = bars.volume[chosen]
            self._minutes[minute] = volume
        regular = bars.take(bars.start_ms >= open_ms)
        rows, first = np.unique(regular.row, return_index=True)
        opens = quotes["day_open_ms"][rows] == UNKNOWN_MS
        quotes["day_open"][rows[opens]] = regular.open[first[opens]]
        quotes["day_open_ms"][rows[opens]] = regular.start_ms[first[opens]]

    def settle(self, quotes: Records, oldest: int, cells_of: CellsOf) -> None:
        """Count the minutes before `oldest` for good: the ring is about to leave them."""
        for minute in [each for each in self._minutes if each < oldest]:
            quotes["day_volume"] += _lacking(self._minutes.pop(minute), cells_of(minute))

    def lacking(self, cells_of: CellsOf) -> Float64:
        """Return the shares of each symbol (n_symbols,) that only the stored bars know of."""
        total = np.zeros(self._n_symbols)
        for minute, volume in self._minutes.items():
            total += _lacking(volume, cells_of(minute))
        return total


def _lacking(volume: Float64, cells: Records | None) -> Float64:
    if cells is None:
        return volume
    lacks = np.maximum(0.0, volume - (cells["volume"] + cells["volume_rest"]))
    return np.where(cells["backfilled"], 0.0, lacks)
