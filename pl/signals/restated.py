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

A smaller jump, whose open and close both lie at least 1.08 times off the close before, is one when
its open lies at least 1.15 times off (spin-offs, splits of 5:4, 4:3, 6:5) or within 1 % of 11:10,
and less than twice the usual was traded in USD: against the mean of the 20 days before, or, where
bars are shorter than a day and this one comes after a night, against the first bar of the session
before. Moves of that size are traded; how few are not is counted in docs/reference/witnesses.md.
"""

from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import ALL_BITS, N_LANES, below_bits, load, spread
from pl.market.batches import Int64
from pl.signals.bars import CLOSE, OPEN, VOLUME, Bars
from pl.signals.timeframes import DAY_MS

LEAST_JUMP: Final = 1.4
NEWS: Final = 3.0
USUAL_BARS: Final = 20
NIGHT_MS: Final = 4 * 3_600_000
NEAR: Final = 0.02
LEAST_SMALL: Final = 1.08
SURELY: Final = 1.15
SMALLEST_SPLIT: Final = 1.1
VERY_NEAR: Final = 0.01
ORDINARY: Final = 2.0


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
def is_small_jump(bars: Bars, i: int) -> bool:
    """Tell whether open and close of bar `i` lie as far off the close before as a small split's."""
    before, first, close = bars[i - 1, CLOSE], bars[i, OPEN], bars[i, CLOSE]
    ratio, later = first / before, close / before
    if first < before:
        ratio, later = before / first, before / close
    if ratio < LEAST_SMALL or later < LEAST_SMALL:
        return False
    return bool(ratio >= SURELY or abs(ratio - SMALLEST_SPLIT) <= VERY_NEAR * SMALLEST_SPLIT)


@leaf
def opening_before(starts: Int64, i: int) -> int:
    """Return the position of the first bar after the night before that of bar `i`, -1 for none."""
    for j in range(i - 1, 0, -1):
        if starts[j] - starts[j - 1] >= NIGHT_MS:
            return j
    return -1


@leaf
def is_ordinary(starts: Int64, bars: Bars, i: int) -> bool:
    """Tell whether bar `i` traded less than twice the usual in USD, where a usual is known."""
    traded, usd, n = bars[i, CLOSE] * bars[i, VOLUME], 0.0, 0
    if follows_a_night(starts, i):
        j = opening_before(starts, i)
        usd, n = (bars[j, CLOSE] * bars[j, VOLUME], 1) if j > 0 else (0.0, 0)
    elif i >= USUAL_BARS and starts[i] - starts[i - 1] >= DAY_MS:
        n = USUAL_BARS
        for j in range(i - n, i):
            usd += bars[j, CLOSE] * bars[j, VOLUME]
    return bool(n * traded < ORDINARY * usd)


@leaf
def is_restated(starts: Int64, bars: Bars, i: int) -> bool:
    """Tell whether bar `i` goes on at another scale; `starts` (n,) unix ms are those of `bars`."""
    before, close = bars[i - 1, CLOSE], bars[i, CLOSE]
    if close < LEAST_SMALL * before and before < LEAST_SMALL * close:
        return False
    if close < LEAST_JUMP * before and before < LEAST_JUMP * close:
        return is_small_jump(bars, i) and is_ordinary(starts, bars, i)
    ratio = max(before, close) / min(before, close)
    return bool((follows_a_night(starts, i) and is_split_like(ratio)) or is_quiet(bars, i))


@inner_leaf
def are_near(bars: Bars, first: int) -> bool:
    """Tell whether eight bars, from bar `first` on, each stay near the close before."""
    close, before = load(bars, first, CLOSE), load(bars, first - 1, CLOSE)
    most = spread(LEAST_SMALL)
    return below_bits(close, most * before) & below_bits(before, most * close) == ALL_BITS


@leaf
def holds_restated(starts: Int64, bars: Bars, i: int, n_bars: int) -> bool:
    """Tell whether one of the `n_bars` bars up to bar `i` is restated."""
    j = i
    first = max(i - n_bars, 0) + 1
    while j >= first:
        if j - N_LANES + 1 >= first and are_near(bars, j - N_LANES + 1):
            j -= N_LANES
            continue
        if is_restated(starts, bars, j):
            return True
        j -= 1
    return False
