"""Measure the last five candles once, so that all 61 rules read the same numbers.

A frame has a row a candle, oldest first (B4 is four bars before, NOW the bar that closed), and a
column a measure. Eight candles are measured at once, which is what a processor takes. The
yardsticks are TA-Lib's default candle settings, each summed afresh over the bars before its own
candle.
Source : Nison 1991 for the shapes; TA-Lib `ta_global.c` for the settings.
"""

from typing import Final

import numpy as np

from pl.kernel import kernel, leaf
from pl.lanes import larger, load, size, smaller, spread, store, where_above
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars

Frame = Float64
"""Shape (8, 17) in Fortran order, of whose rows the last five are read: prices and lengths in USD,
`COLOUR` 1 (close at or above open) or -1."""

B4: Final = 3
B3: Final = 4
B2: Final = 5
B1: Final = 6
NOW: Final = 7
FRAME_ROWS: Final = NOW + 1
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
def measure_bodies(bars: Bars, first: int, frame: Frame) -> None:
    """Write what `measure_body` does, of eight bars from bar `first` on."""
    opened, high = load(bars, first, OPEN), load(bars, first, HIGH)
    low, close = load(bars, first, LOW), load(bars, first, CLOSE)
    top, bottom = larger(opened, close), smaller(opened, close)
    store(frame, 0, OPEN, opened)
    store(frame, 0, HIGH, high)
    store(frame, 0, LOW, low)
    store(frame, 0, CLOSE, close)
    store(frame, 0, COLOUR, spread(1.0) - where_above(opened, close, spread(2.0)))
    store(frame, 0, BODY, size(close - opened))
    store(frame, 0, TOP, top)
    store(frame, 0, BOTTOM, bottom)
    store(frame, 0, UPPER, high - top)
    store(frame, 0, LOWER, bottom - low)
    store(frame, 0, SPREAD, high - low)


@leaf
def measure_yardsticks(bars: Bars, first: int, frame: Frame) -> None:
    """Write what `measure_usual` does, of eight bars from bar `first` on, summed in its order."""
    bodies = spreads = shadows = recent = spread(0.0)
    for ago in range(AVERAGE_BARS, 0, -1):
        opened, high = load(bars, first - ago, OPEN), load(bars, first - ago, HIGH)
        low, close = load(bars, first - ago, LOW), load(bars, first - ago, CLOSE)
        bodies += size(close - opened)
        spreads += high - low
        shadows += high - larger(opened, close) + smaller(opened, close) - low
        if ago <= NEAR_BARS:
            recent += high - low
    n, near = spread(float(AVERAGE_BARS)), recent / spread(float(NEAR_BARS))
    store(frame, 0, USUAL, bodies / n)
    store(frame, 0, TINY, spread(0.1) * (spreads / n))
    store(frame, 0, SHADOW, shadows / n / spread(2.0))
    store(frame, 0, NEAR, spread(0.2) * near)
    store(frame, 0, FAR, spread(0.6) * near)
    store(frame, 0, EQUAL, spread(0.05) * near)


@leaf
def measure(bars: Bars, i: int, frame: Frame) -> None:
    """Fill a frame for bar `i`, which has at least 14 bars before it."""
    if i >= NOW + AVERAGE_BARS:
        measure_bodies(bars, i - NOW, frame)
        measure_yardsticks(bars, i - NOW, frame)
        return
    for row in range(B4, FRAME_ROWS):
        measure_body(bars, i - NOW + row, frame[row])
        measure_usual(bars, i - NOW + row, frame[row])


@kernel
def empty_frame() -> Frame:
    """Return room for a frame."""
    return np.empty((N_MEASURES, FRAME_ROWS), np.float64).T


@kernel
def frame_of(bars: Bars, i: int) -> Frame:
    """Return a frame of its own for bar `i`."""
    frame = empty_frame()
    measure(bars, i, frame)
    return frame


@leaf
def share(part: float, whole: float) -> float:
    """Return part over whole within 0-1, and 0 when there is no whole."""
    if whole <= 0.0:
        return 0.0
    return min(max(part / whole, 0.0), 1.0)
