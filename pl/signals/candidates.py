"""Say which patterns can fire on a bar at all, before any of them is judged."""

from typing import Final

import numpy as np

from pl.kernel import inner_leaf
from pl.market.batches import QUALITY_PARTIAL, ClosedBars, Int64
from pl.signals.bars import HIGH, LOW, Bars
from pl.signals.candles.catalogue import BIT
from pl.signals.history import History
from pl.signals.registry import PATTERNS, TRAITS

N_PATTERNS: Final = len(PATTERNS)
MAX_DEFINING_BARS: Final = 4
TICK: Final = 0.01
LEAST_PRICE: Final = 1.0
"""The least by which a price of a dollar or more moves, USD (Regulation NMS, rule 612)."""
ONE_TICK: Final = 1.5 * TICK
"""A smaller range is one tick or none, whatever was lost in rounding."""
LONGEST_WARM_UP: Final = max(pattern.warm_up for pattern in PATTERNS)
EVENTS: Final = sum(1 << pattern.number for pattern in PATTERNS if pattern.family == "event")
ALERTED: Final = sum(1 << BIT[p.name] for p in PATTERNS if p.family != "event")
"""Patterns that are no candlesticks, and candlesticks that are patterns, as bits."""


def _within(n_bars: int) -> int:
    return sum(1 << p.number for p in PATTERNS if p.family != "event" or p.n_bars <= n_bars)


WITHIN: Int64 = np.array([_within(n) for n in range(MAX_DEFINING_BARS + 1)], np.int64)
"""By how many bars were watched from end to end: the patterns that need no more. Candlesticks look
to it when they are marked."""


@inner_leaf
def whole_bars(history: History, row: int, i: int) -> int:
    """Count the bars up to bar `i` that were watched from end to end; no pattern needs more."""
    n = 0
    while n < MAX_DEFINING_BARS and n <= i and history.quality[row, i - n] != QUALITY_PARTIAL:
        n += 1
    return n


@inner_leaf
def is_one_tick(bars: Bars, i: int) -> bool:
    """Tell whether bar `i` spans a cent or less: the least a price can move draws no candle."""
    return bool(bars[i, HIGH] - bars[i, LOW] < ONE_TICK and bars[i, LOW] >= LEAST_PRICE)


def count_one_tick(bars: ClosedBars) -> int:
    """Return how many bars span the least that a price can move, or nothing."""
    return int(((bars.high - bars.low < ONE_TICK) & (bars.low >= LEAST_PRICE)).sum())


@inner_leaf
def possible(active: int, bars: Bars, i: int, candles: int, whole: int) -> int:
    """Return the patterns that can fire on bar `i`, whose candlesticks are known, as bits.

    active : as in `History`; whole : as `whole_bars` counts them.
    """
    bits = active & WITHIN[whole]
    if i + 1 < LONGEST_WARM_UP:
        for pattern in range(N_PATTERNS):
            if i + 1 < TRAITS[pattern, 0]:
                bits &= ~(np.int64(1) << pattern)
    if candles & ALERTED == 0 or is_one_tick(bars, i):
        return int(bits & EVENTS)
    for pattern in range(N_PATTERNS):
        bit = TRAITS[pattern, 3]
        if bit >= 0 and not (candles >> bit) & 1:
            bits &= ~(np.int64(1) << pattern)
    return int(bits)
