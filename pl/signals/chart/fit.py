"""Score how well bars fit an ideal shape: the fit of every chart pattern.

fit = sqrt(closeness * evenness), each between 0 and 1.
closeness : 1 - rms / (farthest * height), rms the root mean square distance of the closes from
            the pattern's own polygon or bowl. `farthest` is 0.25 where the height is that of one
            swing, 0.15 where the shape is one curve or has a pole; flags, pennants and what swings
            between two lines add half of what a bar moves along a swing, or the pole, for the
            extreme may lie between two closes.
evenness  : the mean of what the pattern's rule wants equal: levels (1 when equal, 0 at the rule's
            tolerance) and durations (the shorter over the longer).
It never falls when a part rises.
"""

import math
from typing import Final

from pl.kernel import leaf

FARTHEST: Final = 0.25
NEARER: Final = 0.15
BETWEEN_BARS: Final = 0.5
"""An extreme may lie between two closes: so many bars' move along a swing count as on the shape,
where swings may last but a few bars."""
NEVER: Final = math.inf
"""The level that completes a pattern which the pivots do not make."""
CLEARANCE: Final = 0.1
"""How far beyond a line, in heights, a close has to be to break it."""


@leaf
def closeness(rms: float, height: float, farthest: float) -> float:
    """Return 1 on the shape, 0 from `farthest` heights away on; distance and height in USD."""
    return max(1.0 - rms / (farthest * height), 0.0)


@leaf
def alike(a: float, b: float, tolerance: float) -> float:
    """Return 1 for equal levels, 0 from `tolerance` on; all in USD."""
    return max(1.0 - abs(a - b) / tolerance, 0.0)


@leaf
def in_step(a: float, b: float) -> float:
    """Return the shorter duration over the longer one, in bars."""
    longer = max(a, b)
    return min(a, b) / longer if longer > 0.0 else 0.0


@leaf
def fit_of(close: float, even: float) -> float:
    """Return the fit of a shape."""
    return math.sqrt(max(close, 0.0) * max(even, 0.0))
