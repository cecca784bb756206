"""Find the turning points of one symbol, at several scales, as later bars confirm them.

A bar is a pivot high of scale k when its high is above the highs of the k bars before it and not
below those of the k bars after it; a pivot low likewise. It is known from the close of the k-th
bar after it and not before. Of pivots of one kind in a row the most extreme counts, so highs
and lows alternate.
Source : Williams 1995, ch. 7 (fractals), for any number of bars to each side.

A ring holds the newest pivots of one scale, oldest first, shape (RING, 4). What may be read of it
at bar i follows from the WINDOW_BARS bars up to i alone: a ring grown for years and one grown from
that window give the same.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars

SCALES: Final = (2, 3, 5, 8, 13, 20)
N_SCALES: Final = len(SCALES)
WINDOW_BARS: Final = 240
RING: Final = 16
MAX_PIVOTS: Final = 8
"""A rule reads no more than these."""
KEPT: Final = MAX_PIVOTS + 1
"""Entries of a full ring that stay: those, and the one before, which says how old they are."""

POSITION: Final = 0
PRICE: Final = 1
KIND: Final = 2
NEWEST: Final = 3
"""Columns of a ring: position of the extreme bar; its high or low, USD; TOP or BOTTOM; position
of the newest pivot that the entry stands for."""
N_FIELDS: Final = 4

TOP: Final = 1
BOTTOM: Final = -1


@leaf
def is_top(bars: Bars, p: int, k: int) -> bool:
    """Tell whether bar `p` is a pivot high of scale `k`; a NaN in its reach denies it.

    The two bars to each side, which every scale reads, are compared without a branch each.
    """
    price = bars[p, HIGH]
    near = (bars[p - 1, HIGH] < price) & (bars[p + 1, HIGH] <= price)
    if not (near & (bars[p - 2, HIGH] < price) & (bars[p + 2, HIGH] <= price)):
        return False
    for j in range(SCALES[0] + 1, k + 1):
        if not (bars[p - j, HIGH] < price and bars[p + j, HIGH] <= price):
            return False
    return True


@leaf
def is_bottom(bars: Bars, p: int, k: int) -> bool:
    """Tell whether bar `p` is a pivot low of scale `k`; a NaN in its reach denies it."""
    price = bars[p, LOW]
    near = (bars[p - 1, LOW] > price) & (bars[p + 1, LOW] >= price)
    if not (near & (bars[p - 2, LOW] > price) & (bars[p + 2, LOW] >= price)):
        return False
    for j in range(SCALES[0] + 1, k + 1):
        if not (bars[p - j, LOW] > price and bars[p + j, LOW] >= price):
            return False
    return True


@leaf
def put(ring: Float64, counts: Int64, scale: int, position: int, price: float, kind: int) -> bool:
    """Add a pivot to a ring; tell whether its extremes are others than before."""
    n = counts[scale]
    if n > 0 and ring[n - 1, KIND] == kind:
        ring[n - 1, NEWEST] = position
        if kind * price <= kind * ring[n - 1, PRICE]:
            return False
        ring[n - 1, POSITION] = position
        ring[n - 1, PRICE] = price
        return True
    if n == RING:
        for m in range(KEPT):
            for field in range(N_FIELDS):
                ring[m, field] = ring[RING - KEPT + m, field]
        n = KEPT
    ring[n, POSITION] = position
    ring[n, PRICE] = price
    ring[n, KIND] = kind
    ring[n, NEWEST] = position
    counts[scale] = n + 1
    return True


@leaf
def confirm(ring: Float64, counts: Int64, scale: int, bars: Bars, i: int, offset: int) -> bool:
    """Add what bar `i` confirms at a scale, a pivot; tell whether the extremes changed.

    A bar that is both goes in as its colour says: first the low when it closed higher. `offset`
    turns an index into a position.
    """
    k = SCALES[scale]
    p = i - k
    if p < k:
        return False
    top, bottom = is_top(bars, p, k), is_bottom(bars, p, k)
    if not (top or bottom):
        return False
    high, low = bars[p, HIGH], bars[p, LOW]
    changed = False
    if bottom and (not top or bars[p, CLOSE] >= bars[p, OPEN]):
        changed = put(ring, counts, scale, p + offset, low, BOTTOM)
    if top:
        changed |= put(ring, counts, scale, p + offset, high, TOP)
    if top and bottom and not bars[p, CLOSE] >= bars[p, OPEN]:
        changed |= put(ring, counts, scale, p + offset, low, BOTTOM)
    return changed


@leaf
def confirm_all(rings: Float64, counts: Int64, bars: Bars, i: int, offset: int) -> int:
    """Add what bar `i` confirms at every scale; bit s of the answer says that scale s changed.

    rings : (N_SCALES, RING, 4) float64; counts : (N_SCALES,) int64
    """
    changed = 0
    for scale in range(N_SCALES):
        if confirm(rings[scale], counts, scale, bars, i, offset):
            changed |= 1 << scale
    return changed


@leaf
def read_newest(
    ring: Float64, n: int, i: int, k: int, offset: int, xs: Float64, ys: Float64
) -> int:
    """Copy the pivots that the window of bar `i` determines, newest first; return how many.

    It ends at a bar that is both, from which no leg can be measured.

    xs, ys : (at least 8,) float64: bar indices, prices turned so that the newest pivot is a
    low: what breaks a top downwards reads as what breaks a bottom upwards.
    """
    oldest = i + offset - WINDOW_BARS + 1 + k
    turn = -ring[n - 1, KIND]
    taken = 0
    for m in range(n - 1, 0, -1):
        if taken == MAX_PIVOTS or ring[m - 1, NEWEST] < oldest:
            break
        if taken > 0 and ring[m, POSITION] >= ring[m + 1, POSITION]:
            break
        xs[taken] = ring[m, POSITION] - offset
        ys[taken] = turn * ring[m, PRICE]
        taken += 1
    return taken
