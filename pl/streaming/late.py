"""Notice that an answer of REST is older than what the feed has told since it was asked for."""

import numpy as np

from pl.market.batches import MINUTE_MS, BarBatch, Int32, Int64
from pl.streaming.watch import Gap


class LateArrivals:
    """Remember when the feed last told of each minute that had ended, `depth` minutes back.

    An answer that was asked for before may not know of it, or come after a later answer.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._told: dict[int, dict[int, float]] = {}
        self._running = 0

    def note(self, row: Int32, time_ms: Int64, now_ms: int, received_at: float) -> None:
        """Take the events (n,) of a batch; now_ms : the feed's time, received_at : unix seconds."""
        self._advance(now_ms // MINUTE_MS)
        minute = time_ms // MINUTE_MS
        late = (minute < self._running) & (minute > self._running - self._depth)
        if not late.any():
            return
        for at, who in set(zip(minute[late].tolist(), row[late].tolist(), strict=True)):
            self._told.setdefault(at, {})[who] = received_at

    def unknown_to(self, bars: BarBatch, asked_at: float) -> list[tuple[int, Gap]]:
        """Return the (row, minute) of bars asked for at `asked_at` (unix s) to ask for again."""
        if not self._told:
            return []
        found = zip(bars.row.tolist(), bars.start_ms.tolist(), strict=True)
        return [
            (row, Gap(start_ms, start_ms + MINUTE_MS))
            for row, start_ms in found
            if self._told.get(start_ms // MINUTE_MS, {}).get(row, -np.inf) >= asked_at
        ]

    def _advance(self, running: int) -> None:
        """Forget what is so old that no bar is changed by it."""
        if running <= self._running:
            return
        self._running = running
        for minute in [each for each in self._told if each <= running - self._depth]:
            del self._told[minute]
