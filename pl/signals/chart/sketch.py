"""Lay out one find as numbers: what a rule writes, and what is drawn from it.

A sketch is a (SIZE,) float64 row. Prices are turned (see `geometry`) until `scan` has chosen the
find and turns them back; positions are bar indices.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64

PATTERN: Final = 0
TURN: Final = 1
CLOSENESS: Final = 2
EVENNESS: Final = 3
FIT: Final = 4
LEVEL: Final = 5
STOP: Final = 6
HEIGHT: Final = 7
N_POINTS: Final = 8
N_LINES: Final = 9
BAR: Final = 10
ENTRY: Final = 11
TARGET: Final = 12
VOLUME: Final = 13
CONTEXT: Final = 14
CONFIDENCE: Final = 15
SCALE: Final = 16
RANK: Final = 17
FORMING: Final = 18
"""1 when the break is still to come, else 0."""
POINTS: Final = 19
MAX_POINTS: Final = 7
LINES: Final = POINTS + 2 * MAX_POINTS
MAX_LINES: Final = 2
SIZE: Final = LINES + 4 * MAX_LINES


@leaf
def draw_point(out: Float64, x: float, y: float) -> None:
    """Add a point, oldest first."""
    at = POINTS + 2 * int(out[N_POINTS])
    out[at] = x
    out[at + 1] = y
    out[N_POINTS] += 1.0


@leaf
def draw_points(out: Float64, xs: Float64, ys: Float64, n: int) -> None:
    """Add the `n` newest pivots (`xs`, `ys`, newest first), oldest first."""
    for m in range(n - 1, -1, -1):
        draw_point(out, xs[m], ys[m])


@leaf
def draw_line(out: Float64, x0: float, y0: float, x1: float, y1: float) -> None:
    """Add a line from one point to another."""
    at = LINES + 4 * int(out[N_LINES])
    out[at] = x0
    out[at + 1] = y0
    out[at + 2] = x1
    out[at + 3] = y1
    out[N_LINES] += 1.0


@leaf
def note(
    out: Float64,
    pattern: int,
    closeness: float,
    evenness: float,
    fit: float,
    level: float,
    stop: float,
    height: float,
) -> None:
    """Write what every pattern has: its number, fit, broken level, stop and height."""
    out[PATTERN] = pattern
    out[CLOSENESS] = closeness
    out[EVENNESS] = evenness
    out[FIT] = fit
    out[LEVEL] = level
    out[STOP] = stop
    out[HEIGHT] = height


@leaf
def clear(out: Float64) -> None:
    """Start an empty sketch."""
    out[:] = 0.0
