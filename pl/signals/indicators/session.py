"""Sum the running session up: volume-weighted prices, high and low, opening range.

A session is a trading day on every timeframe below a day; of days and weeks it is the bar itself.
All of it begins again with the session's first bar, wherever the walk of the averages began.

VWAP bands lie two deviations of the price, weighted by volume, from the session's VWAP; the
deviation is carried on by West's update, which keeps the digits of an expensive, quiet stock.
The VWAP from the high (low) counts from the bar that made the session's high (low) on.
Source : West 1979; Shannon 2023 for anchored prices.

For the rules the session also remembers what held before the bar: high and low and for how many
minutes they stood, and how many closes in a row lay above (positive) or below the VWAP, now, in the
run that ended before and in the one before that. The opening range is that of the bars that start
in the session's first 30 minutes; without one there is none. Closes beyond it are counted from then
on. Minutes count from the session's open to the start of a bar.
"""

import math
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, VOLUME, VWAP, Bars
from pl.signals.indicators import state as at
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
OPENING_MINUTES: Final = 30.0
NOISE: Final = 1e-9
"""Of the price: what the sums of a session may be off by where a price stands still."""


@leaf
def traded_price(bars: Bars, i: int) -> float:
    """Return the bar's volume-weighted price, its typical price when it has none."""
    price = bars[i, VWAP]
    if price > 0.0:
        return float(price)
    return float((bars[i, HIGH] + bars[i, LOW] + bars[i, CLOSE]) / 3.0)


@leaf
def step_high(state: Float64, high: float, minute: float) -> None:
    """Take the high of the session's next bar; the price since the high starts again at a new one.

    Notes what the high was before and for how many minutes it had stood.
    """
    first = state[SESSION_BARS] == 0.0
    state[at.HIGH_BEFORE] = state[SESSION_HIGH]
    state[at.HIGH_STOOD] = 0.0 if first else minute - state[at.HIGH_AT]
    if first or high > state[SESSION_HIGH]:
        state[SESSION_HIGH] = high
        state[at.HIGH_AT] = minute
        state[at.HIGH_USD] = 0.0
        state[at.HIGH_SHARES] = 0.0


@leaf
def step_low(state: Float64, low: float, minute: float) -> None:
    """Take the low of the session's next bar, likewise."""
    first = state[SESSION_BARS] == 0.0
    state[at.LOW_BEFORE] = state[SESSION_LOW]
    state[at.LOW_STOOD] = 0.0 if first else minute - state[at.LOW_AT]
    if first or low < state[SESSION_LOW]:
        state[SESSION_LOW] = low
        state[at.LOW_AT] = minute
        state[at.LOW_USD] = 0.0
        state[at.LOW_SHARES] = 0.0


@leaf
def step_anchored(state: Float64, usd: float, shares: float) -> None:
    """Add what a bar traded to the prices since the high and since the low."""
    state[at.HIGH_USD] += usd
    state[at.HIGH_SHARES] += shares
    state[at.LOW_USD] += usd
    state[at.LOW_SHARES] += shares


@leaf
def step_opening(state: Float64, bars: Bars, i: int, minute: float) -> None:
    """Widen the opening range by bar `i`, or count a close beyond it; it is 0 without any bar."""
    if minute < OPENING_MINUTES:
        state[at.OPENING_HIGH] = state[SESSION_HIGH]
        state[at.OPENING_LOW] = state[SESSION_LOW]
    elif bars[i, CLOSE] > state[at.OPENING_HIGH]:
        state[at.CLOSES_ABOVE] += 1.0
    elif bars[i, CLOSE] < state[at.OPENING_LOW]:
        state[at.CLOSES_BELOW] += 1.0


@leaf
def step_run(state: Float64, close: float) -> None:
    """Count how many closes in a row lie on one side of the VWAP; one at it changes no side."""
    middle = vwap(state)
    run = state[at.VWAP_RUN]
    side = 1.0 if run > 0.0 else -1.0
    if close - middle > NOISE * close:
        side = 1.0
    elif middle - close > NOISE * close:
        side = -1.0
    elif run == 0.0:
        return
    if run * side < 0.0:
        state[at.VWAP_RUN_EARLIER] = state[at.VWAP_RUN_ENDED]
        state[at.VWAP_RUN_ENDED] = run
        run = 0.0
    state[at.VWAP_RUN] = run + side


@leaf
def begin_session(state: Float64) -> None:
    """Forget the session that ended."""
    for slot in range(SESSION_BARS, at.LOW_SHARES + 1):
        state[slot] = 0.0


@leaf
def step_session(state: Float64, bars: Bars, i: int, minute: float) -> None:
    """Add bar `i`, which starts so many minutes after the session's open, to the session."""
    price, volume = traded_price(bars, i), bars[i, VOLUME]
    step_high(state, bars[i, HIGH], minute)
    step_low(state, bars[i, LOW], minute)
    step_anchored(state, price * volume, volume)
    step_opening(state, bars, i, minute)
    state[at.SESSION_MINUTE] = minute
    state[SESSION_BARS] += 1.0
    state[TRADED_USD] += price * volume
    state[TRADED_SHARES] += volume
    if volume > 0.0:
        away = price - state[TRADED_MEAN]
        state[TRADED_MEAN] += away * (volume / state[TRADED_SHARES])
        state[TRADED_SQUARES] += volume * away * (price - state[TRADED_MEAN])
    step_run(state, bars[i, CLOSE])


@leaf
def vwap(state: Float64) -> float:
    """Return the session's volume-weighted price, NaN before its first share."""
    if state[TRADED_SHARES] <= 0.0:
        return math.nan
    return float(state[TRADED_USD] / state[TRADED_SHARES])


@leaf
def write_session(out: Float64, to: int, state: Float64) -> None:
    """Write upper and lower VWAP band, session high and low at `to` and after it, or NaN."""
    shares = state[TRADED_SHARES]
    spread = math.sqrt(state[TRADED_SQUARES] / shares) if shares > 0.0 else math.nan
    out[to] = vwap(state) + DEVIATIONS * spread
    out[to + 1] = vwap(state) - DEVIATIONS * spread
    has_bars = state[SESSION_BARS] > 0.0
    out[to + 2] = state[SESSION_HIGH] if has_bars else math.nan
    out[to + 3] = state[SESSION_LOW] if has_bars else math.nan


@leaf
def write_anchored(out: Float64, to: int, state: Float64) -> None:
    """Write the volume-weighted prices since the session's high and its low at `to`, or NaN."""
    from_high, from_low = state[at.HIGH_SHARES], state[at.LOW_SHARES]
    out[to] = state[at.HIGH_USD] / from_high if from_high > 0.0 else math.nan
    out[to + 1] = state[at.LOW_USD] / from_low if from_low > 0.0 else math.nan
