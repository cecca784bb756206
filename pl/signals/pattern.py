"""Describe what a pattern declares about itself."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from pl.signals.hits import BULLISH, Hit, Verdict
from pl.signals.levels import Stop, stop_and_target

EVERYWHERE: Final = frozenset({"1min", "5min", "15min", "1hour", "daily", "weekly"})
IN_SESSION: Final = frozenset({"1min", "5min"})
"""Where a session has bars enough for runs of them."""
WITHIN_HALF_HOUR: Final = frozenset({"1min", "5min", "15min"})
"""Where a bar is shorter than the 30 minutes that a rule of the session counts."""
ON_DAYS: Final = frozenset({"daily"})
MOST_DECIMALS: Final = 10


class Setting(IntEnum):
    """Say which market around it makes a pattern more credible; see `confidence.context`."""

    REVERSAL = 0
    CONTINUATION = 1
    ACTIVITY = 2


@dataclass(frozen=True, slots=True)
class Weights:
    """Hold how much fit, volume and context count for a pattern's confidence; they add up to 1."""

    fit: float
    volume: float
    context: float


@dataclass(frozen=True, slots=True)
class Alert:
    """Hold what a pattern needs to become an alert.

    The cool-down counts bars of the timeframe by the clock: nights and weekends count as well.
    """

    min_confidence: float
    cool_down_bars: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Declare a pattern: its rule, what it needs, and how its finds are explained.

    number : its bit in stored rows, which never changes: a fresh one takes the next;
    n_bars : how many bars define it (they make its flow_id); warm_up : how many bars, up to
    and with the one that closes, the rule and its confidence read, at most 256 (a session on top
    where the rule reads its sums);
    rule : leaf to a verdict, of candlesticks from (bars, i, frame), of events from (bars, i, state)
    with the row's state that has seen bar `i`; explain : one sentence of the hit's numbers;
    stop : where a trade on it is given up, which sets its target too;
    alert : when it becomes an alert; timeframes : on which it is judged;
    alerts : by timeframe, where `alert` does not suit; draws : the indicators its example shows;
    is_priced : whether the rule's level is a price, which is drawn where it is an event's.
    """

    number: int
    name: str
    family: str
    n_bars: int
    warm_up: int
    rule: Callable[..., Verdict]
    setting: Setting
    weights: Weights
    alert: Alert
    explain: Callable[[Hit], str]
    stop: Stop
    source: str
    timeframes: frozenset[str] = EVERYWHERE
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    draws: tuple[str, ...] = ()
    is_priced: bool = True

    @property
    def draws_level(self) -> bool:
        """Tell whether the level of its finds is drawn: that of a candlestick is its stop."""
        return self.family == "event" and self.is_priced

    def alert_on(self, timeframe: str) -> Alert:
        """Return when it becomes an alert on a timeframe."""
        return self.alerts.get(timeframe, self.alert)


def price_text(price: float) -> str:
    """Return a price as people write it: cents from a dollar up, six decimals below."""
    return f"{price:,.2f}" if price >= 1.0 else f"{price:.6f}"


def prices_apart(*prices: float) -> tuple[str, ...]:
    """Return prices as `price_text` does, with the decimals that tell unlike ones apart."""
    texts = tuple(map(price_text, prices))
    if len(set(texts)) == len(set(prices)):
        return texts
    return numbers_apart(*prices, decimals=2 if prices[0] >= 1.0 else 6)


def numbers_apart(*numbers: float, decimals: int) -> tuple[str, ...]:
    """Return numbers with so many decimals, or more where unlike ones would read alike."""
    texts = tuple(f"{number:,.{decimals}f}" for number in numbers)
    if len(set(texts)) == len(set(numbers)) or decimals >= MOST_DECIMALS:
        return texts
    return numbers_apart(*numbers, decimals=decimals + 1)


def side(hit: Hit) -> int:
    """Return 1 for a bullish hit, -1 for a bearish one."""
    return 1 if hit.direction == BULLISH else -1


def trade_levels(hit: Hit, stop: Stop) -> dict[str, float]:
    """Return entry at the close, stop and target in USD; empty where there are none."""
    at, target = stop_and_target(
        int(stop.at),
        stop.ranges,
        hit.direction,
        hit.level,
        hit.high,
        hit.low,
        hit.close,
        hit.mean_range,
    )
    return {} if math.isnan(at) else {"entry": hit.close, "stop": at, "target": target}
