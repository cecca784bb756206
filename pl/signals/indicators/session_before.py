"""Remember the high, low and last close of the session before: what pivot points are made of.

It is the trading day before by the calendar, of days and weeks the bar before. Unknown, and 0,
where the symbol did not trade in it, and where what is held begins inside it.
"""

import math

from pl.kernel import leaf
from pl.market.batches import Float64, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.indicators.state import BEFORE_CLOSE, BEFORE_HIGH, BEFORE_LOW


@leaf
def look_at_session_before(state: Float64, bars: Bars, start: Int64, i: int, open_ms: int) -> None:
    """Write high, low and close of the bars before bar `i` that start at `open_ms` or later.

    start : (n_bars,) unix ms, oldest first.
    """
    high, low = -math.inf, math.inf
    first = i
    while first > 0 and start[first - 1] >= open_ms:
        first -= 1
        high = max(high, bars[first, HIGH])
        low = min(low, bars[first, LOW])
    is_whole = first < i and (first > 0 or start[first] == open_ms)
    state[BEFORE_HIGH] = high if is_whole else 0.0
    state[BEFORE_LOW] = low if is_whole else 0.0
    state[BEFORE_CLOSE] = bars[i - 1, CLOSE] if is_whole else 0.0
