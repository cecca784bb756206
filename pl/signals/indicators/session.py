"""Sum the running session up: volume-weighted price and its bands, high and low.

VWAP bands lie two deviations of the price, weighted by volume, from the session's VWAP; the
deviation is carried on by West's update, which keeps the digits of an expensive, quiet stock.
Source : West 1979.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, VOLUME, VWAP, Bars
from pl.signals.indicators.state import (
    SESSION_BARS,
    SESSION_HIGH,
    SESSION_LOW,
    TRADED_MEAN,
    TRADED_SHARES,
    TRADED_SQUARES,
    TRADED_USD,
)

DEVIATIONS: Final = 2.0


@leaf
def traded_price(bars: Bars, i: int) -> float:
    """Return the bar's volume-weighted price, its typical price when it has none."""
    price = bars[i, VWAP]
    if price > 0.0:
        return float(price)
    return float((bars[i, HIGH] + bars[i, LOW] + bars[i, CLOSE]) / 3.0)


@leaf
def step_session(state: Float64, bars: Bars, i: int) -> None:
    """Add bar `i` to the running session."""
    price, volume = traded_price(bars, i), bars[i, VOLUME]
    is_first = state[SESSION_BARS] == 0.0
    state[SESSION_HIGH] = bars[i, HIGH] if is_first else max(state[SESSION_HIGH], bars[i, HIGH])
    state[SESSION_LOW] = bars[i, LOW] if is_first else min(state[SESSION_LOW], bars[i, LOW])
    state[SESSION_BARS] += 1.0
    state[TRADED_USD] += price * volume
    state[TRADED_SHARES] += volume
    if volume > 0.0:
        away = price - state[TRADED_MEAN]
        state[TRADED_MEAN] += away * (volume / state[TRADED_SHARES])
        state[TRADED_SQUARES] += volume * away * (price - state[TRADED_MEAN])


@leaf
def vwap(state: Float64) -> float:
    """Return the session's volume-weighted price, NaN before its first share."""
    if state[TRADED_SHARES] <= 0.0:
        return math.nan
    return float(state[TRADED_USD] / state[TRADED_SHARES])


@leaf
def write_session(out: Float64, at: int, state: Float64) -> None:
    """Write upper and lower VWAP band, session high and low at `at` and after it, or NaN."""
    shares = state[TRADED_SHARES]
    spread = math.sqrt(state[TRADED_SQUARES] / shares) if shares > 0.0 else math.nan
    out[at] = vwap(state) + DEVIATIONS * spread
    out[at + 1] = vwap(state) - DEVIATIONS * spread
    has_bars = state[SESSION_BARS] > 0.0
    out[at + 2] = state[SESSION_HIGH] if has_bars else math.nan
    out[at + 3] = state[SESSION_LOW] if has_bars else math.nan
