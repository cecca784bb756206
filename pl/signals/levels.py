"""Say where a trade on a signal is given up and where it has done what it promised.

A definition declares its stop as data, so that one kernel serves the reason of one alert and the
life of a market's signals.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pl.kernel import kernel, leaf
from pl.market.batches import Float64, Int64
from pl.signals.hits import BEARISH, BULLISH

REWARD: Final = 2.0
"""The target is twice as far from the close as the stop."""


class Anchor(IntEnum):
    """Name the price that a stop is placed at or behind."""

    NOWHERE = 0
    LEVEL = 1
    BAR_END = 2
    FARTHER = 3


@dataclass(frozen=True, slots=True)
class Stop:
    """Declare a stop: `ranges` mean true ranges behind an anchor.

    LEVEL : the rule's own level; BAR_END : the low of a bullish bar, the high of a bearish one;
    FARTHER : the farther of the two; NOWHERE : the pattern does not say which way to trade.
    """

    at: Anchor
    ranges: float = 0.0


NO_LEVELS: Final = Stop(Anchor.NOWHERE)
STOP_AT_LEVEL: Final = Stop(Anchor.LEVEL)
STOP_BEHIND_LEVEL: Final = Stop(Anchor.LEVEL, 1.0)
STOP_AT_BAR_END: Final = Stop(Anchor.BAR_END)

_LEVEL: Final = int(Anchor.LEVEL)
_BAR_END: Final = int(Anchor.BAR_END)
_FARTHER: Final = int(Anchor.FARTHER)
_NO_TRADE: Final = (math.nan, math.nan)


@leaf
def anchored(at: int, side: int, level: float, high: float, low: float) -> float:
    """Return the price of an anchor, NaN for NOWHERE; side : 1 bullish, -1 bearish."""
    end = low if side > 0 else high
    if at == _LEVEL:
        return level
    if at == _BAR_END:
        return end
    if at == _FARTHER:
        return min(end, level) if side > 0 else max(end, level)
    return math.nan


@leaf
def stop_and_target(
    at: int,
    ranges: float,
    direction: int,
    level: float,
    high: float,
    low: float,
    close: float,
    mean_range: float,
) -> tuple[float, float]:
    """Return stop and target in USD of a trade entered at the close, NaN where there is none.

    A stop on the wrong side of the close, or a level that is not above zero, makes no trade.
    """
    if direction != BULLISH and direction != BEARISH:  # noqa: PLR1714 - leaves know no sets
        return _NO_TRADE
    stop = anchored(at, direction, level, high, low) - direction * ranges * mean_range
    risk = close - stop
    target = close + REWARD * risk
    if not (risk * direction > 0.0 and min(stop, target) > 0.0):
        return _NO_TRADE
    return stop, target


@kernel
def place_stops(rules: Float64, side: Int64, prices: Float64, out: Float64) -> None:
    """Write stop and target of n trades, USD, (n, 2), NaN where there is none.

    rules : (n, 2) anchor and ranges behind it; side : (n,) direction codes; prices : (n, 5) level,
    high, low, close and mean true range.
    """
    for k in range(len(side)):
        level, high, low, close, mean_range = prices[k]
        out[k, 0], out[k, 1] = stop_and_target(
            int(rules[k, 0]), rules[k, 1], side[k], level, high, low, close, mean_range
        )
