"""Judge a bar by the candlesticks that it may complete, as two bit sets.

What a candlestick needs of the colours and lengths of its bars is looked up for all at once.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.kernel import leaf
from pl.lanes import below_bits, load, spread
from pl.market.batches import Int64
from pl.signals.bars import Bars
from pl.signals.candles.catalogue import CANDLES, N_CANDLES
from pl.signals.candles.frame import (
    B4,
    BODY,
    COLOUR,
    FRAME_BARS,
    READ_BARS,
    TINY,
    USUAL,
    Frame,
    measure,
)
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


def _is_met(words: str, flags: int, letters: str) -> bool:
    """Tell whether bars meet words in what two letters say, of which a set flag is the first."""
    for ago, word in enumerate(reversed(words.split())):
        is_set = bool((flags >> (FRAME_BARS - 1 - ago)) & 1)
        if letters[is_set] in word:
            return False
    return True


def _open_to(letters: str) -> Int64:
    """Return, by a flag a bar, oldest first from the lowest, the candlesticks not ruled out."""
    return np.array(
        [
            sum(
                1 << candle.number
                for candle in CANDLES
                if any(_is_met(words, flags, letters) for words in candle.needs)
            )
            for flags in range(1 << FRAME_BARS)
        ],
        np.int64,
    )


BY_COLOUR: Final = _open_to("wb")
BY_LENGTH: Final = _open_to("LS")
BY_DOJI: Final = _open_to("d-")
"""By which of the five bars are white, long, a doji: a bit each for what they may complete."""


GROUP: Final = 12
"""Rules that one function calls: few enough to compile fast."""
ALIKE: Final = sorted(CANDLES, key=lambda candle: (candle.reads, candle.n_bars, candle.number))
"""Rules that look at as many bars ask the same questions; together they are asked once."""


def _judging(first: int) -> Callable[..., None]:
    """Return the function that writes the strengths of a group of rules."""
    group = ALIKE[first : first + GROUP]
    lines = []
    for one in group:
        called = f"out[{one.number}] = rule_{one.number}({one.reads})"
        lines += [f"if (possible >> {one.number}) & 1:", f"    {called}"]
    rules = {f"rule_{one.number}": one.rule for one in group}
    return composed(f"judge_from_{first}", "bars, i, c, possible, out", lines, rules, __name__)


_JUDGES: Final = {
    f"judge_from_{first}": leaf(_judging(first)) for first in range(0, N_CANDLES, GROUP)
}
judge_possible = leaf(
    composed(
        "judge_possible",
        "bars, i, c, possible, out",
        [f"{name}(bars, i, c, possible, out)" for name in _JUDGES],
        _JUDGES,
        __name__,
    )
)
"""Write the strengths of the candlesticks whose bits are set at bar `i`, whose frame is `c`."""


@leaf
def possible_candles(c: Frame) -> np.int64:
    """Return a bit each for the candlesticks that a frame does not rule out at a glance."""
    body = load(c, 0, BODY)
    white = below_bits(spread(0.0), load(c, 0, COLOUR)) >> B4
    long = below_bits(load(c, 0, USUAL), body) >> B4
    wide = below_bits(load(c, 0, TINY), body) >> B4
    doji = (1 << FRAME_BARS) - 1 - wide
    return np.int64(BY_COLOUR[white] & BY_LENGTH[long] & BY_DOJI[doji])


@leaf
def judge_candles(bars: Bars, i: int, c: Frame, out: Strengths) -> None:
    """Write the strength of every candlestick at bar `i`, which has 14 bars before it.

    c : room for its frame.
    """
    measure(bars, i, c)
    out[:] = 0
    judge_possible(bars, i, c, possible_candles(c), out)


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

    c, strengths : room to work in, a frame and shape (61,).
    """
    if i + 1 < WARM_UP:
        return np.int64(0), np.int64(0)
    judge_candles(bars, i, c, strengths)
    return pack(strengths)
