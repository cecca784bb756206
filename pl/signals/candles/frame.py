"""Measure the last five candles once, so that all 61 rules read the same numbers.

A frame has a row a candle, oldest first (B4 is four bars before, NOW the bar that closed), and a
column a measure. The yardsticks are TA-Lib's default candle settings, each summed afresh over the
bars before its own candle.
Source : Nison 1991 for the shapes; TA-Lib `ta_global.c` for the settings.
"""

from typing import Final

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars

Frame = Float64
"""Shape (5, 17): prices and lengths in USD, `COLOUR` 1 (close at or above open) or -1."""

B4: Final = 0
B3: Final = 1
B2: Final = 2
B1: Final = 3
NOW: Final = 4
FRAME_BARS: Final = 5

COLOUR: Final = 4
BODY: Final = 5
TOP: Final = 6
BOTTOM: Final = 7
UPPER: Final = 8
LOWER: Final = 9
SPREAD: Final = 10
USUAL: Final = 11
"""Mean body of the 10 bars before: a body above it is long, one not above it short."""
TINY: Final = 12
"""A tenth of the mean spread of the 10 bars before: a doji's body, a shadow that hardly is."""
SHADOW: Final = 13
"""Mean shadow of the 10 bars before: a shadow below it is short."""
NEAR: Final = 14
"""A fifth of the mean spread of the 5 bars before."""
FAR: Final = 15
"""Three fifths of the mean spread of the 5 bars before."""
EQUAL: Final = 16
"""A twentieth of the mean spread of the 5 bars before."""
N_MEASURES: Final = 17

AVERAGE_BARS: Final = 10
NEAR_BARS: Final = 5
READ_BARS: Final = FRAME_BARS + AVERAGE_BARS
"""Bars a frame reads: its own five and ten before the oldest."""


@leaf
def measure_body(bars: Bars, j: int, out: Float64) -> None:
    """Write prices, colour, body and shadows of bar `j`; `out` has shape (17,)."""
    opened, high, low, close = bars[j, OPEN], bars[j, HIGH], bars[j, LOW], bars[j, CLOSE]
    out[OPEN] = opened
    out[HIGH] = high
    out[LOW] = low
    out[CLOSE] = close
    out[COLOUR] = 1.0 if close >= opened else -1.0
    out[BODY] = abs(close - opened)
    out[TOP] = max(opened, close)
    out[BOTTOM] = min(opened, close)
    out[UPPER] = high - out[TOP]
    out[LOWER] = out[BOTTOM] - low
    out[SPREAD] = high - low


@leaf
def measure_usual(bars: Bars, j: int, out: Float64) -> None:
    """Write what is long, short, near and equal beside the bars before bar `j`."""
    bodies = 0.0
    spreads = 0.0
    shadows = 0.0
    recent = 0.0
    for k in range(j - AVERAGE_BARS, j):
        body = abs(bars[k, CLOSE] - bars[k, OPEN])
        spread = bars[k, HIGH] - bars[k, LOW]
        bodies += body
        spreads += spread
        top = max(bars[k, OPEN], bars[k, CLOSE])
        bottom = min(bars[k, OPEN], bars[k, CLOSE])
        shadows += bars[k, HIGH] - top + bottom - bars[k, LOW]
        if k >= j - NEAR_BARS:
            recent += spread
    out[USUAL] = bodies / AVERAGE_BARS
    out[TINY] = 0.1 * (spreads / AVERAGE_BARS)
    out[SHADOW] = shadows / AVERAGE_BARS / 2.0
    out[NEAR] = 0.2 * (recent / NEAR_BARS)
    out[FAR] = 0.6 * (recent / NEAR_BARS)
    out[EQUAL] = 0.05 * (recent / NEAR_BARS)


@leaf
def measure(bars: Bars, i: int, frame: Frame) -> None:
    """Fill a frame for bar `i`, which has at least 14 bars before it."""
    for row in range(FRAME_BARS):
        j = i - FRAME_BARS + 1 + row
        measure_body(bars, j, frame[row])
        measure_usual(bars, j, frame[row])


@kernel
def frame_of(bars: Bars, i: int) -> Frame:
    """Return a frame of its own for bar `i`."""
    frame = np.empty((FRAME_BARS, N_MEASURES), np.float64)
    measure(bars, i, frame)
    return frame


@leaf
def share(part: float, whole: float) -> float:
    """Return part over whole within 0-1, and 0 when there is no whole."""
    if whole <= 0.0:
        return 0.0
    return min(max(part / whole, 0.0), 1.0)
