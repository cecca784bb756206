"""Compare a bar's volume with that of the same time of day in the sessions before.

relative_volume_at_time  volume over the mean volume of the bars that began as long after the open
                         in each of the last sessions: as many as the bars held before a session
                         are sure to reach back, at most 10 (2 for minutes of New York, 10 for 5
                         minutes, 1 for minutes of a market that never closes). NaN when one of
                         those bars is missing or nobody traded, and on timeframes whose anchor is
                         no session's open.
What lies further back than those bars is never read, however long a process has run.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Int64
from pl.signals.bars import VOLUME, Bars

MOST_SESSIONS: Final = 10
OPENS_KNOWN: Final = 4_096
"""Sessions whose opens are known: more than one batch of bars is made of."""
TIMEFRAMES: Final = frozenset({"1min", "5min"})


def sessions_compared(timeframe: str, n_bars: int, session_bars: int) -> int:
    """Return how many sessions back `n_bars` bars before a session are sure to reach."""
    if timeframe not in TIMEFRAMES:
        return 0
    return min(n_bars // max(session_bars, 1), MOST_SESSIONS)


@leaf
def place_of(sorted_ms: Int64, end: int, ms: int) -> int:
    """Return the place of `ms` among the first `end` rising times, -1 when it is not there."""
    low = 0
    high = end
    while low < high:
        middle = (low + high) // 2
        if sorted_ms[middle] < ms:
            low = middle + 1
        else:
            high = middle
    return low if low < end and sorted_ms[low] == ms else -1


@leaf
def volume_at_time(
    bars: Bars, starts: Int64, i: int, oldest: int, opens: Int64, anchor: int, n_sessions: int
) -> float:
    """Return the volume of bar `i` over the mean of its time of day, or NaN.

    starts : of the bars, unix ms; oldest : the first bar that may be read; opens :
    (OPENS_KNOWN,) rising opens of sessions, unix ms; anchor : the open of the bar's session.
    """
    today = place_of(opens, len(opens), anchor)
    if n_sessions <= 0 or today < n_sessions:
        return math.nan
    into = starts[i] - anchor
    total = 0.0
    for k in range(1, n_sessions + 1):
        j = place_of(starts, i, opens[today - k] + into)
        if j < max(oldest, 0):
            return math.nan
        total += bars[j, VOLUME]
    return float(bars[i, VOLUME] * n_sessions / total) if total > 0.0 else math.nan
