"""Notice where a price goes on at another scale: a split, a spin-off, a print that is none.

Bars are as traded. After a split they go on at a fraction of the price, and every window that
holds the place would show a crash that nobody traded. So a signal whose window holds such a place
says nothing. The bar after it counts as part of it: its range is measured from the other scale,
and its own high may still be the old price.

A bar is restated when its close is at least 1.4 times, or at most 1 / 1.4 of, the close before,
and either less than three times the usual was traded, in shares or in USD, against the mean of
the 20 bars before (news that moves a price that far is traded), or, among bars shorter than a
day, it comes after four hours without one and the ratio is within 2 % of a whole number or of 3:2,
as splits are: what is usual then is the quiet of the evening before.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Int64
from pl.signals.bars import CLOSE, VOLUME, Bars

LEAST_JUMP: Final = 1.4
NEWS: Final = 3.0
USUAL_BARS: Final = 20
NIGHT_MS: Final = 4 * 3_600_000
NEAR: Final = 0.02


@leaf
def is_quiet(bars: Bars, i: int) -> bool:
    """Tell whether bar `i` traded less than three times what the 20 bars before it did.

    In shares or in USD: a split multiplies the one, a false price the other.
    """
    first = max(i - USUAL_BARS, 0)
    shares, usd = 0.0, 0.0
    for j in range(first, i):
        shares += bars[j, VOLUME]
        usd += bars[j, CLOSE] * bars[j, VOLUME]
    traded = (i - first) * bars[i, VOLUME]
    return bool(traded < NEWS * shares or traded * bars[i, CLOSE] < NEWS * usd)


@leaf
def is_split_like(ratio: float) -> bool:
    """Tell whether a ratio above 1 is nearly a whole number or 3:2."""
    whole = float(int(ratio + 0.5))
    return abs(ratio - whole) <= NEAR * whole or abs(ratio - 1.5) <= NEAR * 1.5


@leaf
def follows_a_night(starts: Int64, i: int) -> bool:
    """Tell whether bar `i` of a session's many is the first after four hours without one."""
    if i < 2 or starts[i - 1] - starts[i - 2] >= NIGHT_MS:
        return False
    return bool(starts[i] - starts[i - 1] >= NIGHT_MS)


@leaf
def is_restated(starts: Int64, bars: Bars, i: int) -> bool:
    """Tell whether bar `i` goes on at another scale; `starts` (n,) unix ms are those of `bars`."""
    before, close = bars[i - 1, CLOSE], bars[i, CLOSE]
    if close < LEAST_JUMP * before and before < LEAST_JUMP * close:
        return False
    ratio = max(before, close) / min(before, close)
    return bool((follows_a_night(starts, i) and is_split_like(ratio)) or is_quiet(bars, i))


@leaf
def holds_restated(starts: Int64, bars: Bars, i: int, n_bars: int) -> bool:
    """Tell whether one of the `n_bars` bars up to bar `i` is restated."""
    for j in range(i, max(i - n_bars, 0), -1):  # noqa: SIM110 - kernels know no generators
        if is_restated(starts, bars, j):
            return True
    return False
