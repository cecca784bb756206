"""List the patterns; their order is their number in bit sets and never changes, only grows."""

from typing import Final

import numpy as np

from pl.market.batches import Float64, Int64, UInt8
from pl.signals.candles.alerted.doji import DOJI
from pl.signals.candles.alerted.engulfing import ENGULFING
from pl.signals.candles.alerted.hammers import HAMMER, SHOOTING_STAR
from pl.signals.candles.alerted.penetrations import DARK_CLOUD_COVER, PIERCING_LINE
from pl.signals.candles.alerted.soldiers import THREE_BLACK_CROWS, THREE_WHITE_SOLDIERS
from pl.signals.candles.alerted.stars import EVENING_STAR, MORNING_STAR
from pl.signals.candles.catalogue import BIT
from pl.signals.events.average_cross import DEATH_CROSS, GOLDEN_CROSS, MOVING_AVERAGE_CROSS
from pl.signals.events.bar_ranges import INSIDE_BAR, NR7, OUTSIDE_BAR, UNUSUAL_RANGE
from pl.signals.events.daily_extremes import (
    NEW_20_DAY_HIGH,
    NEW_20_DAY_LOW,
    NEW_52_WEEK_HIGH,
    NEW_52_WEEK_LOW,
)
from pl.signals.events.gap import GAP_DOWN, GAP_UP
from pl.signals.events.macd_divergence import MACD_DIVERGENCE
from pl.signals.events.opening_range import OPENING_RANGE_BREAK
from pl.signals.events.price_breakout import PRICE_BREAKOUT
from pl.signals.events.resistance_break import RESISTANCE_BREAK
from pl.signals.events.rsi_divergence import RSI_DIVERGENCE
from pl.signals.events.session_extremes import NEW_SESSION_HIGH, NEW_SESSION_LOW
from pl.signals.events.squeeze_release import SQUEEZE_RELEASE
from pl.signals.events.support_test import SUPPORT_TEST
from pl.signals.events.volume_spike import VOLUME_SPIKE
from pl.signals.events.vwap_cross import VWAP_CROSS, VWAP_RECLAIM

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
    GAP_UP,
    GAP_DOWN,
    NEW_SESSION_HIGH,
    NEW_SESSION_LOW,
    NEW_20_DAY_HIGH,
    NEW_20_DAY_LOW,
    NEW_52_WEEK_HIGH,
    NEW_52_WEEK_LOW,
    OPENING_RANGE_BREAK,
    VWAP_CROSS,
    VWAP_RECLAIM,
    MOVING_AVERAGE_CROSS,
    GOLDEN_CROSS,
    DEATH_CROSS,
    SQUEEZE_RELEASE,
    RSI_DIVERGENCE,
    MACD_DIVERGENCE,
    INSIDE_BAR,
    OUTSIDE_BAR,
    NR7,
    UNUSUAL_RANGE,
)
PATTERN_NAMES: Final = tuple(pattern.name for pattern in PATTERNS)

WINDOW_BARS: Final = 256
"""No pattern reads more bars than this, unless it reads the sums of the session."""

WEIGHTS: Float64 = np.array(
    [(p.weights.fit, p.weights.volume, p.weights.context) for p in PATTERNS], np.float64
)
TRAITS: Int64 = np.array(
    [(p.warm_up, p.n_bars, int(p.setting), BIT.get(p.name, -1)) for p in PATTERNS], np.int64
)
"""By pattern: warm-up, defining bars, setting, and its bit among the candlesticks or -1."""


def active_in(timeframe: str) -> UInt8:
    """Return which patterns are judged on a timeframe, shape (n_patterns,)."""
    return np.array([timeframe in pattern.timeframes for pattern in PATTERNS], np.uint8)
