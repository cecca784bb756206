"""Know the patterns: what the files of two folders declare, in the order of their numbers."""

from typing import Final

import numpy as np

from pl.market.batches import Float64, Int64, UInt8
from pl.signals import events
from pl.signals.candles import alerted
from pl.signals.candles.catalogue import BIT
from pl.signals.discovery import declared
from pl.signals.pattern import IN_SESSION, Pattern

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


SESSION_WIDE: UInt8 = np.array([p.timeframes == IN_SESSION for p in PATTERNS], np.uint8)
"""By pattern: 1 when it reads the sums of the session."""


READY: Int64 = np.array(
    [sum(1 << p.number for p in PATTERNS if p.warm_up <= n) for n in range(WINDOW_BARS + 1)],
    np.int64,
)
"""By how many bars there are: a bit each for the patterns whose warm-up is over."""

MAX_DEFINING_BARS: Final = 4
WATCHED: Int64 = np.array(
    [
        sum(1 << p.number for p in PATTERNS if p.family == "event" and p.n_bars <= n)
        for n in range(MAX_DEFINING_BARS + 1)
    ],
    np.int64,
)
"""By how many bars in a row were watched from end to end: a bit each for the events they define."""

ALERTED: Int64 = np.array(
    [(p.number, BIT[p.name]) for p in PATTERNS if p.family == "candlestick"], np.int64
)
"""By candlestick that alerts: its number as a pattern, and its bit among the candlesticks."""


def active_in(timeframe: str) -> int:
    """Return a bit each for the patterns that are judged on a timeframe."""
    return sum(1 << p.number for p in PATTERNS if timeframe in p.timeframes)
