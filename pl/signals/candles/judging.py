"""Judge a bar by all candlesticks in one go and pack what fired into two bit sets."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.kernel import leaf
from pl.market.batches import Int64
from pl.signals.bars import Bars
from pl.signals.candles.catalogue import CANDLES, N_CANDLES
from pl.signals.candles.frame import READ_BARS, Frame, measure
from pl.signals.composition import composed

Strengths = npt.NDArray[np.int16]
"""Shape (61,): what each rule returned, in the order of the catalogue."""

WARM_UP: Final = READ_BARS
"""Bars up to and with the one judged, before which no candlestick is told."""

LONGEST: Final = max(candle.n_bars for candle in CANDLES)


def _within(n_bars: int) -> int:
    return sum(1 << bit for bit, candle in enumerate(CANDLES) if candle.n_bars <= n_bars)


UNTOUCHED: Int64 = np.array([_within(n) for n in range(LONGEST)], np.int64)
"""By how many bars ago a partial bar was: the candlesticks that do not reach back to it."""


GROUP: Final = 12
"""Rules that one function calls: few enough to compile fast."""
ALIKE: Final = sorted(CANDLES, key=lambda candle: (candle.reads, candle.n_bars, candle.number))
"""Rules that look at as many bars ask the same questions; together they are asked once."""


def _judging(first: int) -> Callable[..., None]:
    """Return the function that writes the strengths of a group of rules."""
    group = ALIKE[first : first + GROUP]
    return composed(
        f"judge_from_{first}",
        "bars, i, c, out",
        [f"out[{one.number}] = rule_{one.number}({one.reads})" for one in group],
        {f"rule_{one.number}": one.rule for one in group},
        __name__,
    )


_JUDGES: Final = {
    f"judge_from_{first}": leaf(_judging(first)) for first in range(0, N_CANDLES, GROUP)
}
judge_all = leaf(
    composed(
        "judge_all",
        "bars, i, c, out",
        [f"{name}(bars, i, c, out)" for name in _JUDGES],
        _JUDGES,
        __name__,
    )
)


@leaf
def judge_candles(bars: Bars, i: int, c: Frame, out: Strengths) -> None:
    """Write the strength of every candlestick at bar `i`, which has 14 bars before it.

    c : room for its frame.
    """
    measure(bars, i, c)
    judge_all(bars, i, c, out)


@leaf
def pack(strengths: Strengths) -> tuple[np.int64, np.int64]:
    """Return the bits of the candlesticks that fired, and of those of them that are bearish."""
    fired = np.int64(0)
    bearish = np.int64(0)
    for k in range(N_CANDLES):
        fired |= np.int64(strengths[k] != 0) << k
        bearish |= np.int64(strengths[k] < 0) << k
    return fired, bearish


@leaf
def candle_bits(bars: Bars, i: int, c: Frame, strengths: Strengths) -> tuple[np.int64, np.int64]:
    """Return what fired at bar `i` and what of it is bearish, as bits of the catalogue.

    c, strengths : room to work in, of shape (5, 17) and (61,).
    """
    if i + 1 < WARM_UP:
        return np.int64(0), np.int64(0)
    judge_candles(bars, i, c, strengths)
    return pack(strengths)
