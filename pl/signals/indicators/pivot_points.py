"""Set pivot points from the high, low and last close of the 20 bars before: levels to expect.

The session before would be the classic window; its first bars are not held when the session is
longer than the walk's start, so the window counts in bars, on every timeframe alike.

Standard    P = (high + low + close) / 3; R1, S1 = 2 P - low, 2 P - high; R2, S2 = P +- range.
Fibonacci   P +- 0.382 and 0.618 of the range.
Camarilla   close +- 1.1 / 4 (R3, S3) and 1.1 / 2 (R4, S4) of the range.
Source : Person 2004, ch. 6; Stott 1989.
"""

from pl.kernel import leaf
from pl.market.batches import Float64


@leaf
def write_pivot_points(out: Float64, at: int, high: float, low: float, close: float) -> None:
    """Write 13 levels of the window's high, low and last close at `at`; NaN for NaN."""
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
