"""Count what passes through Streaming."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

from pl.streaming.choice import HELD

A_MINUTE_S: Final = 65.0
"""Six reports of ten seconds, which come a little late each."""


REASONS: Final = {
    "unsound": "bars with a price or volume that cannot be",
    "too_old": "bars from before what can still be computed again",
    "stale": "bars of an older revision than the one known",
    "repeated": "bars that were known already, to the last number",
    "restated": "bars after which prices go on at another scale, as after a split: taken, but"
    " nothing is said that looks across",
    "restated_combos": "combos that are silent because days or session hold two scales",
    "restated_crossings": "indicator alerts that are silent because an average holds two scales",
    "one_tick": "bars that span a tick of their price or less: taken, but no candlestick alerts",
}
"""Why the evaluation left something out, and what is counted; what it found and nobody is told of
is held back, see `choice.HELD`."""


@dataclass(slots=True)
class Counters:
    """Count since the process started.

    held : signals that were told to nobody, by reason (see `choice.HELD`);
    dropped : by cause; ended : signals of the log that ended, by how they did; refused : what the
    evaluation left out, by reason (see REASONS).
    """

    ticks: int = 0
    bars: int = 0
    revisions: int = 0
    patterns: int = 0
    held: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(HELD, 0)))
    ended: Counter[str] = field(default_factory=Counter)
    connections_failed: int = 0
    connections: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(REASONS, 0)))

    @property
    def held_back(self) -> int:
        """Return how many signals were told to nobody."""
        return self.held.copy().total()

    @property
    def reconnections(self) -> int:
        """Return how often the feed came back."""
        return max(0, self.connections - 1)


@dataclass(slots=True)
class Rates:
    """Measure ticks a second between two reports and bars in the last minute."""

    ticks: int = 0
    at_s: float = 0.0
    _bars: deque[tuple[float, int]] = field(default_factory=deque)

    def since(self, counters: Counters, now_s: float) -> tuple[float, float]:
        """Return (ticks a second since the call before, bars of the last minute)."""
        elapsed = now_s - self.at_s if self.at_s else 0.0
        ticks = counters.ticks - self.ticks
        self.ticks, self.at_s = counters.ticks, now_s
        bars = self._bars_of_a_minute(counters.bars, now_s)
        return (ticks / elapsed if elapsed > 0 else 0.0), bars

    def _bars_of_a_minute(self, bars: int, now_s: float) -> float:
        """Keep the oldest report of the last minute, so that one close weighs the same in all."""
        self._bars.append((now_s, bars))
        while now_s - self._bars[0][0] > A_MINUTE_S:
            self._bars.popleft()
        return float(bars - self._bars[0][1])
