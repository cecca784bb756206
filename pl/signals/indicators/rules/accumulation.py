"""Add up who has the shares: on-balance volume, accumulation and what follows from it.

OBV adds the shares of bars that closed higher and takes off those that closed lower. A/D adds the
shares of each bar times where its close lies in it, from -1 (low) to 1 (high). Both begin at the
walk's first bar, OBV with its volume, so that only their changes mean something. Chaikin's
oscillator is EMA(3) of A/D less its EMA(10), both begun at the first value; his money flow what A/D
gained in 20 bars over all their shares, NaN without any.
"""

import math
from typing import Final

from pl.kernel import inner_leaf, leaf
from pl.lanes import Lanes, load, newest, total, where_above
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, VOLUME, Bars, total_of
from pl.signals.indicators import state as at
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import AD, AD_FAST, AD_SLOW, N_BARS

OBV: Final = COLUMN["obv"]
AD_LINE: Final = COLUMN["ad_line"]
OSCILLATOR: Final = COLUMN["chaikin_oscillator"]
CMF_20: Final = COLUMN["cmf_20"]
USUAL_BARS: Final = 20
FAST: Final = 3
SLOW: Final = 10


@leaf
def flow(bars: Bars, i: int) -> float:
    """Return the shares of a bar times where its close lies in it, from -1 (low) to 1 (high)."""
    high, low, close = bars[i, HIGH], bars[i, LOW], bars[i, CLOSE]
    if high <= low:
        return 0.0
    return float(((close - low) - (high - close)) / (high - low) * bars[i, VOLUME])


@leaf
def step_volumes(state: Float64, bars: Bars, i: int, n: int) -> None:
    """Advance OBV, A/D and its averages by bar `i`, the `n`-th of the walk counted from 0."""
    if n == 0 or bars[i, CLOSE] > bars[i - 1, CLOSE]:
        state[at.OBV] += bars[i, VOLUME]
    elif bars[i, CLOSE] < bars[i - 1, CLOSE]:
        state[at.OBV] -= bars[i, VOLUME]
    state[AD] += flow(bars, i)
    if n == 0:
        state[AD_FAST] = state[AD]
        state[AD_SLOW] = state[AD]
        return
    state[AD_FAST] += (state[AD] - state[AD_FAST]) * (2.0 / (FAST + 1.0))
    state[AD_SLOW] += (state[AD] - state[AD_SLOW]) * (2.0 / (SLOW + 1.0))


@leaf
def chaikin(state: Float64) -> float:
    """Return the fast less the slow average of A/D, in shares, NaN before 10 bars."""
    if state[N_BARS] < SLOW:
        return math.nan
    return float(state[AD_FAST] - state[AD_SLOW])


@inner_leaf
def flows(bars: Bars, first: int) -> Lanes:
    """Return the same as `flow` of eight bars."""
    high, low, close = load(bars, first, HIGH), load(bars, first, LOW), load(bars, first, CLOSE)
    place = ((close - low) - (high - close)) / (high - low)
    return where_above(high, low, place * load(bars, first, VOLUME))


@leaf
def cmf(bars: Bars, i: int) -> float:
    """Return Chaikin's money flow of 20 bars, -1 to 1, or NaN."""
    first = i - USUAL_BARS + 1
    if first < 0:
        return math.nan
    shares = total_of(bars, VOLUME, first, i)
    flowed = flows(bars, first) + flows(bars, first + 8) + newest(flows(bars, first + 12), 4)
    return total(flowed) / shares if shares > 0.0 else math.nan


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write OBV, A/D, Chaikin's oscillator and his money flow."""
    out[OBV] = state[at.OBV]
    out[AD_LINE] = state[AD]
    out[OSCILLATOR] = chaikin(state)
    out[CMF_20] = cmf(bars, i)


ACCUMULATION: Final = IndicatorSet(
    columns=(
        Column(
            name="obv",
            warm_up=1,
            unit="shares",
            rule="shares of higher closes less those of lower closes, since the walk began",
            talib=TaLib("OBV"),
            differs="published values leave out the first bar's volume",
        ),
        Column(
            name="ad_line",
            warm_up=1,
            unit="shares",
            rule="shares times the place of the close in its bar, since the walk began",
            talib=TaLib("AD"),
            published=("adl", "adl"),
        ),
        Column(
            name="chaikin_oscillator",
            warm_up=SLOW,
            unit="shares",
            rule="EMA(3) less EMA(10) of A/D",
            parameters={"fast": FAST, "slow": SLOW},
            talib=TaLib("ADOSC", {"fastperiod": FAST, "slowperiod": SLOW}),
            published=("chaikin-osc", "oscillator"),
            differs="published values start their averages otherwise; alike after 200 bars",
        ),
        Column(
            name="cmf_20",
            warm_up=USUAL_BARS,
            unit="-1 to 1",
            rule="what A/D gained in 20 bars over their shares",
            parameters={"bars": USUAL_BARS},
            published=("cmf", "cmf"),
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Granville 1963 for OBV; Chaikin, as in Achelis 2000",
    write=write,
    home=__name__,
)
