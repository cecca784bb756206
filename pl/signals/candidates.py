"""Say which patterns can fire on a bar at all, before any of them is judged."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.kernel import inner_leaf, leaf
from pl.market.batches import QUALITY_PARTIAL, ClosedBars, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars
from pl.signals.candles.catalogue import BIT
from pl.signals.history import History
from pl.signals.registry import PATTERNS, TRAITS

N_PATTERNS: Final = len(PATTERNS)
MAX_DEFINING_BARS: Final = 4
CENT: Final = 0.01
LEAST_PRICE: Final = 1.0
FINE: Final = 0.0001
"""The least by which prices move, USD: of a dollar or more by a cent, below by a hundredth of one
(Regulation NMS, rule 612); what is printed in cents there, too, moves by cents."""
ONE_TICK: Final = 1.5
"""A smaller range is one tick or none, whatever was lost in rounding."""
ON_GRID: Final = 1e-3
"""So many ticks a price may lie off the grid by rounding."""
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


@leaf
def is_printed_in(tick: float, bars: Bars, i: int) -> bool:
    """Tell whether all four prices of bar `i` are multiples of a tick."""
    for column in (OPEN, HIGH, LOW, CLOSE):
        ticks = bars[i, column] / tick
        if abs(ticks - math.floor(ticks + 0.5)) > ON_GRID:
            return False
    return True


@leaf
def is_thin(bars: Bars, i: int) -> bool:
    """Tell whether bar `i`, which lies below a dollar and spans a cent or less, spans one tick."""
    span = bars[i, HIGH] - bars[i, LOW]
    if span <= 0.0 or is_printed_in(CENT, bars, i):
        return True
    return bool(span < ONE_TICK * FINE and is_printed_in(FINE, bars, i))


@inner_leaf
def is_one_tick(bars: Bars, i: int) -> bool:
    """Tell whether bar `i` spans the least a price can move, or nothing: that draws no candle."""
    if bars[i, HIGH] - bars[i, LOW] >= ONE_TICK * CENT:
        return False
    return bool(bars[i, LOW] >= LEAST_PRICE or is_thin(bars, i))


def count_one_tick(bars: ClosedBars) -> int:
    """Return how many bars span the least that a price can move, or nothing."""
    narrow = np.flatnonzero(bars.high - bars.low < ONE_TICK * CENT)
    cheap = bars.take(narrow[bars.low[narrow] < LEAST_PRICE])
    span = cheap.high - cheap.low
    fine = (span < ONE_TICK * FINE) & _printed(FINE, cheap)
    thin = (span <= 0.0) | _printed(CENT, cheap) | fine
    return len(narrow) - len(cheap) + int(thin.sum())


def _printed(tick: float, bars: ClosedBars) -> npt.NDArray[np.bool_]:
    ticks = np.stack([bars.open, bars.high, bars.low, bars.close]) / tick
    off = np.abs(ticks - np.floor(ticks + 0.5)).max(axis=0, initial=0.0)
    return np.asarray(off <= ON_GRID, np.bool_)


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
