"""Count what passes through Streaming."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Count since the process started; `dropped` by cause."""

    ticks: int = 0
    bars: int = 0
    revisions: int = 0
    patterns: int = 0
    held_back: int = 0
    connections_failed: int = 0
    connections: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def reconnections(self) -> int:
        """Return how often the feed came back."""
        return max(0, self.connections - 1)


@dataclass(slots=True)
class Rates:
    """Measure ticks a second and bars a minute between two reports."""

    ticks: int = 0
    bars: int = 0
    at_s: float = 0.0

    def since(self, counters: Counters, now_s: float) -> tuple[float, float]:
        """Return (ticks a second, bars a minute) since the call before."""
        elapsed = now_s - self.at_s if self.at_s else 0.0
        ticks, bars = counters.ticks - self.ticks, counters.bars - self.bars
        self.ticks, self.bars, self.at_s = counters.ticks, counters.bars, now_s
        if elapsed <= 0:
            return 0.0, 0.0
        return ticks / elapsed, bars * 60 / elapsed
