"""List the patterns; their order is their number in bit sets and never changes, only grows."""

from typing import Final

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import Float64, Int64
from pl.signals.bars import Bars
from pl.signals.candles.alerted.doji import DOJI, doji
from pl.signals.candles.alerted.engulfing import ENGULFING, engulfing
from pl.signals.candles.alerted.hammers import HAMMER, SHOOTING_STAR, hammer, shooting_star
from pl.signals.candles.alerted.penetrations import (
    DARK_CLOUD_COVER,
    PIERCING_LINE,
    dark_cloud_cover,
    piercing_line,
)
from pl.signals.candles.alerted.soldiers import (
    THREE_BLACK_CROWS,
    THREE_WHITE_SOLDIERS,
    three_black_crows,
    three_white_soldiers,
)
from pl.signals.candles.alerted.stars import EVENING_STAR, MORNING_STAR, evening_star, morning_star
from pl.signals.candles.catalogue import BIT
from pl.signals.events.price_breakout import PRICE_BREAKOUT, price_breakout
from pl.signals.events.resistance_break import RESISTANCE_BREAK, resistance_break
from pl.signals.events.support_test import SUPPORT_TEST, support_test
from pl.signals.events.volume_spike import VOLUME_SPIKE, volume_spike
from pl.signals.hits import Verdict

PATTERNS: Final = (
    VOLUME_SPIKE,
    PRICE_BREAKOUT,
    SUPPORT_TEST,
    RESISTANCE_BREAK,
    DOJI,
    HAMMER,
    SHOOTING_STAR,
    ENGULFING,
    PIERCING_LINE,
    DARK_CLOUD_COVER,
    MORNING_STAR,
    EVENING_STAR,
    THREE_WHITE_SOLDIERS,
    THREE_BLACK_CROWS,
)
PATTERN_NAMES: Final = tuple(pattern.name for pattern in PATTERNS)

WINDOW_BARS: Final = 64
"""No pattern reads more bars than this, so a revised bar can touch only this many signals."""

WEIGHTS: Float64 = np.array(
    [(p.weights.fit, p.weights.volume, p.weights.context) for p in PATTERNS], np.float64
)
TRAITS: Int64 = np.array(
    [(p.warm_up, p.n_bars, int(p.setting), BIT.get(p.name, -1)) for p in PATTERNS], np.int64
)
"""By pattern: warm-up, defining bars, setting, and its bit among the candlesticks or -1."""


@leaf
def judge_event(number: int, bars: Bars, i: int) -> Verdict:
    """Judge bar `i` by one of the market events."""
    if number == 0:
        return volume_spike(bars, i)
    if number == 1:
        return price_breakout(bars, i)
    if number == 2:
        return support_test(bars, i)
    return resistance_break(bars, i)


@kernel
def judge_candle(number: int, bars: Bars, i: int) -> Verdict:
    """Judge bar `i` by one of the candlesticks of one or two bars."""
    if number == 4:
        return doji(bars, i)
    if number == 5:
        return hammer(bars, i)
    if number == 6:
        return shooting_star(bars, i)
    if number == 7:
        return engulfing(bars, i)
    if number == 8:
        return piercing_line(bars, i)
    return dark_cloud_cover(bars, i)


@kernel
def judge_formation(number: int, bars: Bars, i: int) -> Verdict:
    """Judge bar `i` by one of the candlesticks of three bars."""
    if number == 10:
        return morning_star(bars, i)
    if number == 11:
        return evening_star(bars, i)
    if number == 12:
        return three_white_soldiers(bars, i)
    return three_black_crows(bars, i)


@kernel
def judge(number: int, bars: Bars, i: int) -> Verdict:
    """Judge bar `i` by the pattern of that number."""
    if number < 4:
        return judge_event(number, bars, i)
    if number < 10:
        return judge_candle(number, bars, i)
    return judge_formation(number, bars, i)
