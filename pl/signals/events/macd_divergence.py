"""Recognise a divergence of the MACD line: the price goes further than before, its speed does not.

Bullish: a trough (see `turns`) lies below the last one 10 to 60 bars before, and the MACD line at
it is higher by a quarter of the mean true range, from below zero. Bearish: a higher peak with a
line as much lower, from above zero. It fires 5 bars after the turn, when that is known to be one.
The line is EMA(12) less EMA(26), walked over the 200 bars up to the one that fires. Fit is
d / (d + 1), d the difference of the lines in mean true ranges.
Source : Appel 2005, ch. 6.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, mean
from pl.signals.events.rsi_divergence import WALKED
from pl.signals.events.turns import NOWHERE, SIDE_BARS, compared_turn
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import STOP_AT_LEVEL
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text, side

FAST: Final = 12
SLOW: Final = 26
MIN_RANGES: Final = 0.25


@leaf
def macd_at(bars: Bars, first: int, q: int, p: int) -> tuple[float, float]:
    """Return the MACD line of bars `q` and `p` in USD, walked from bar `first` on.

    Both averages begin with a plain mean. Each is its share of the one before and the rest of the
    newest close, so that a step waits for one product and one sum.
    """
    fast = mean(bars, CLOSE, first, first + FAST - 1)
    slow = mean(bars, CLOSE, first, first + SLOW - 1)
    kept_fast, kept_slow = 1.0 - 2.0 / (FAST + 1.0), 1.0 - 2.0 / (SLOW + 1.0)
    before = 0.0
    for j in range(first + FAST, first + SLOW):
        fast = fast * kept_fast + bars[j, CLOSE] * (1.0 - kept_fast)
    for j in range(first + SLOW, p + 1):
        fast = fast * kept_fast + bars[j, CLOSE] * (1.0 - kept_fast)
        slow = slow * kept_slow + bars[j, CLOSE] * (1.0 - kept_slow)
        if j == q:
            before = fast - slow
    return before, fast - slow


@leaf
def ranges_between(bars: Bars, i: int, sign: float, unit: float) -> float:
    """Return by how many mean ranges the line disagrees with a turn confirmed at bar `i`."""
    q = compared_turn(bars, i, sign)
    if q == NOWHERE or unit <= 0.0:
        return 0.0
    before, now = macd_at(bars, i - WALKED, q, i - SIDE_BARS)
    ranges = sign * (now - before) / unit
    return ranges if ranges >= MIN_RANGES and sign * before < 0.0 else 0.0


@leaf
def macd_divergence(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the end of the turn, measure the mean ranges between the lines."""
    ranges = ranges_between(bars, i, 1.0, state[USUAL_RANGE])
    if ranges > 0.0:
        return BULLISH, ranges / (ranges + 1.0), bars[i - SIDE_BARS, LOW], ranges
    ranges = ranges_between(bars, i, -1.0, state[USUAL_RANGE])
    if ranges > 0.0:
        return BEARISH, ranges / (ranges + 1.0), bars[i - SIDE_BARS, HIGH], ranges
    return SILENT


def explain(hit: Hit) -> str:
    """Say why it fired."""
    turn, line = ("trough", "above") if side(hit) == 1 else ("peak", "below")
    further = "lower" if side(hit) == 1 else "higher"
    return (
        f"The {turn} at {price_text(hit.level)} is {further} than the one before, while its MACD "
        f"line is {hit.measure:.1f} mean ranges {line}."
    )


MACD_DIVERGENCE = Pattern(
    number=30,
    name="MACD_Divergence",
    family="event",
    n_bars=1,
    warm_up=201,
    rule=macd_divergence,
    setting=Setting.REVERSAL,
    weights=Weights(fit=0.5, volume=0.2, context=0.3),
    alert=Alert(0.35, 10),
    explain=explain,
    stop=STOP_AT_LEVEL,
    source="Appel 2005, ch. 6",
    draws=("macd",),
)
