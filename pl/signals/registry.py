"""Know the patterns: what the files of two folders declare, in the order of their numbers."""

from typing import Final

import numpy as np

from pl.discovery import declared
from pl.market.batches import Float64, Int64, UInt8
from pl.signals import events
from pl.signals.candles import alerted
from pl.signals.candles.catalogue import BIT
from pl.signals.pattern import IN_SESSION, WITHIN_HALF_HOUR, Pattern

PATTERNS: Final = declared(Pattern, events, alerted)
PATTERN_NAMES: Final = tuple(pattern.name for pattern in PATTERNS)

WINDOW_BARS: Final = 256
"""No pattern reads more bars than this, unless it reads the sums of the session."""

WEIGHTS: Float64 = np.array(
    [(p.weights.fit, p.weights.volume, p.weights.context) for p in PATTERNS], np.float64
)
TRAITS: Int64 = np.array(
    [(p.warm_up, p.n_bars, int(p.setting), BIT.get(p.name, -1)) for p in PATTERNS], np.int64
)
"""By pattern: warm-up, defining bars, setting, and its bit among the candlesticks or -1."""


SESSION_WIDE: UInt8 = np.array(
    [p.timeframes in (IN_SESSION, WITHIN_HALF_HOUR) for p in PATTERNS], np.uint8
)
"""By pattern: 1 when it reads the sums of the session."""


def active_in(timeframe: str) -> int:
    """Return which patterns are judged on a timeframe, as bits."""
    return sum(1 << place for place, p in enumerate(PATTERNS) if timeframe in p.timeframes)
