"""Set pivot points from high, low and close of the session before: levels to expect in this one.

On every timeframe below a day they are those of the trading day before, and stay as they are for
a session; on days those of the day before, on weeks of the week before. See `session_before` for
when they are unknown, NaN.

Standard    P = (high + low + close) / 3; R1, S1 = 2 P - low, 2 P - high; R2, S2 = P +- range;
            R3 = high + 2 (P - low), S3 = low - 2 (high - P).
Fibonacci   P +- 0.382, 0.618 and 1 times the range.
Camarilla   close +- 1.1 / 4 (R3, S3) and 1.1 / 2 (R4, S4) of the range.
Source : Person 2004, ch. 6; Stott 1989.
"""

import math

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.indicators.state import BEFORE_CLOSE, BEFORE_HIGH, BEFORE_LOW


@leaf
def write_pivot_points(out: Float64, at: int, state: Float64) -> None:
    """Write the first 13 levels at `at`; NaN without a session before."""
    high = state[BEFORE_HIGH] if state[BEFORE_HIGH] > 0.0 else math.nan
    low, close = state[BEFORE_LOW], state[BEFORE_CLOSE]
    spread = high - low
    pivot = (high + low + close) / 3.0
    out[at] = pivot
    out[at + 1] = 2.0 * pivot - low
    out[at + 2] = 2.0 * pivot - high
    out[at + 3] = pivot + spread
    out[at + 4] = pivot - spread
    out[at + 5] = pivot + 0.382 * spread
    out[at + 6] = pivot - 0.382 * spread
    out[at + 7] = pivot + 0.618 * spread
    out[at + 8] = pivot - 0.618 * spread
    out[at + 9] = close + 1.1 * spread / 4.0
    out[at + 10] = close - 1.1 * spread / 4.0
    out[at + 11] = close + 1.1 * spread / 2.0
    out[at + 12] = close - 1.1 * spread / 2.0


@leaf
def write_outer_points(out: Float64, at: int, state: Float64) -> None:
    """Write R3 and S3, standard and of Fibonacci, at `at`; NaN without a session before."""
    high = state[BEFORE_HIGH] if state[BEFORE_HIGH] > 0.0 else math.nan
    low, close = state[BEFORE_LOW], state[BEFORE_CLOSE]
    pivot = (high + low + close) / 3.0
    out[at] = high + 2.0 * (pivot - low)
    out[at + 1] = low - 2.0 * (high - pivot)
    out[at + 2] = pivot + (high - low)
    out[at + 3] = pivot - (high - low)
