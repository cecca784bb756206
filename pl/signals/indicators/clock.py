"""Read of the bars' times what rules may know of it: holes, and how lively it was before.

PAUSE_BARS    bars missing right before this one, 0 for none.
LIVELY_SPAN   in how many bars' time the 55 bars before this one lie, 55 without a hole; infinite
              where there are fewer.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64, Int64
from pl.signals.indicators.state import LIVELY_SPAN, PAUSE_BARS

LIVELY_BARS: Final = 55


@leaf
def look_at_clock(state: Float64, start: Int64, i: int, bar_ms: int) -> None:
    """Write what the times of bar `i` and of those before say.

    start : (n_bars,) unix ms, oldest first; bar_ms : how long a bar lasts.
    """
    state[PAUSE_BARS] = (start[i] - start[i - 1]) / bar_ms - 1.0 if i > 0 else 0.0
    state[LIVELY_SPAN] = math.inf
    if i >= LIVELY_BARS:
        state[LIVELY_SPAN] = (start[i - 1] - start[i - LIVELY_BARS]) / bar_ms + 1.0
