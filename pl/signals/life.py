"""Say how the life of a confirmed signal ends.

A signal with levels ends at the first later bar of its symbol and timeframe that reaches its
target (`target_reached`) or its stop (`failed`; a bar that reaches both counts as failed, since
nobody knows which came first). What has not ended after its horizon, counted in bars, has
`expired`; so has what names no way to trade. A bar that was not watched from end to end reaches
nothing, for its ends are not known, but it counts. A bar that goes on at another scale (a split,
see `restated`) ends what is open as expired: its levels are prices of the scale that was left.

A chart pattern may be said before it is confirmed, when it lacks nothing but the break (`forming`).
It is then confirmed, or fails where a price passes its stop, or expires after as many bars as it is
long, at least 20 and at most 60. A price that only touches the stop ends nothing yet: a break that
comes after it is sound (see `holds_stop`), so the flow must still be open.

Horizons : 10 bars for candlesticks, 20 for events, 3 times its length for a chart pattern, at
least 20 and at most 120.
Price : that of the level, or the open where the bar began beyond it; the close of what
expired, that of the bar before where the scale was left.
Source : Bulkowski 2021 (candlesticks are judged over ten bars; a bar that holds both counts
against the trade).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pl.kernel import leaf
from pl.market.batches import Float64, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.registry import PATTERNS

LASTING: Final = 0
TARGET_REACHED: Final = 1
FAILED: Final = 2
EXPIRED: Final = 3
"""How a bar leaves a signal."""

HORIZON_OF: Final[Mapping[str, int]] = {"candlestick": 10, "event": 20}
CHART_SHARE: Final = 3
SHORTEST_CHART: Final = 20
LONGEST_LIFE: Final = 120
"""Bars; no signal lasts longer."""
LONGEST_FORMING: Final = 60
LONGEST_HIT: Final = max(HORIZON_OF.values())
"""Bars; the same without chart patterns."""

HORIZON: Int64 = np.array([HORIZON_OF[pattern.family] for pattern in PATTERNS], np.int64)
STOPS: Float64 = np.array(
    [(float(pattern.stop.at), pattern.stop.ranges) for pattern in PATTERNS], np.float64
)
"""By pattern: the anchor of its stop, and how many mean true ranges behind it."""


@leaf
def chart_horizon(n_bars: int) -> int:
    """Return how many bars a chart pattern of a length may take."""
    return min(max(CHART_SHARE * n_bars, SHORTEST_CHART), LONGEST_LIFE)


@leaf
def forming_horizon(n_bars: int) -> int:
    """Return how many bars a chart pattern of a length may wait for its break."""
    return min(max(n_bars, SHORTEST_CHART), LONGEST_FORMING)


@leaf
def outcome(side: int, stop: float, target: float, bar: Float64) -> tuple[int, float]:
    """Return how a whole bar leaves a signal, and at which price it ends.

    side : 1 bullish, -1 bearish; stop, target : USD, NaN without; bar : (6,) as in `bars`.
    """
    if side > 0:
        if bar[LOW] <= stop:
            return FAILED, min(bar[OPEN], stop)
        if bar[HIGH] >= target:
            return TARGET_REACHED, max(bar[OPEN], target)
    else:
        if bar[HIGH] >= stop:
            return FAILED, max(bar[OPEN], stop)
        if bar[LOW] <= target:
            return TARGET_REACHED, min(bar[OPEN], target)
    return LASTING, bar[CLOSE]


@leaf
def outcome_of_forming(side: int, stop: float, bar: Float64) -> tuple[int, float]:
    """Return how a whole bar leaves what is forming, and at which price it ends; see `outcome`."""
    if side > 0 and bar[LOW] < stop:
        return FAILED, min(bar[OPEN], stop)
    if side < 0 and bar[HIGH] > stop:
        return FAILED, max(bar[OPEN], stop)
    return LASTING, bar[CLOSE]
