"""Recognise a divergence of RSI(14): the price goes further than before, its strength does not.

Bullish: a trough (see `turns`) lies below the last one 10 to 60 bars before, and the RSI at it is
at least 3 points higher, from below 45. Bearish: a higher peak with an RSI at least 3 points lower,
from above 55. It fires 5 bars after the turn, when that is known to be one. The RSI is Wilder's,
walked over the 200 bars up to the one that fires. Fit is d / (d + 10), d the points between.
Source : Wilder 1978, ch. 6; Cardwell on divergence.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.events.turns import NOWHERE, SIDE_BARS, compared_turn
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.levels import STOP_AT_LEVEL
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text, side

WALKED: Final = 200
PERIOD: Final = 14
MIN_POINTS: Final = 3.0
HALF_FIT_POINTS: Final = 10.0
MIDDLE: Final = 50.0
AWAY: Final = 5.0


@leaf
def strength(gain: float, loss: float) -> float:
    """Return the RSI of a mean gain and a mean loss."""
    return 100.0 * gain / (gain + loss) if gain + loss > 0.0 else MIDDLE


@leaf
def rsi_at(bars: Bars, first: int, q: int, p: int) -> tuple[float, float]:
    """Return the RSI of bars `q` and `p`, walked from bar `first` on, which has bars before `q`.

    Each average is its share of the one before and the rest of the newest move, so that a step
    waits for one product and one sum.
    """
    kept, taken = (PERIOD - 1.0) / PERIOD, 1.0 / PERIOD
    gain, loss, before = 0.0, 0.0, MIDDLE
    for j in range(first + 1, first + PERIOD + 1):
        moved = bars[j, CLOSE] - bars[j - 1, CLOSE]
        gain += max(moved, 0.0) / PERIOD
        loss += max(-moved, 0.0) / PERIOD
    for j in range(first + PERIOD + 1, p + 1):
        moved = bars[j, CLOSE] - bars[j - 1, CLOSE]
        gain = gain * kept + max(moved, 0.0) * taken
        loss = loss * kept + max(-moved, 0.0) * taken
        if j == q:
            before = strength(gain, loss)
    return before, strength(gain, loss)


@leaf
def points_between(bars: Bars, i: int, sign: float) -> float:
    """Return by how many points the RSI disagrees with a turn confirmed at bar `i`, 0 for none."""
    q = compared_turn(bars, i, sign)
    if q == NOWHERE:
        return 0.0
    before, now = rsi_at(bars, i - WALKED, q, i - SIDE_BARS)
    points = sign * (now - before)
    return points if points >= MIN_POINTS and sign * (MIDDLE - before) >= AWAY else 0.0


@leaf
def rsi_divergence(bars: Bars, i: int, _state: Float64) -> Verdict:
    """Judge bar `i`; level is the end of the turn, measure the points between the RSIs."""
    points = points_between(bars, i, 1.0)
    if points > 0.0:
        return BULLISH, points / (points + HALF_FIT_POINTS), bars[i - SIDE_BARS, LOW], points
    points = points_between(bars, i, -1.0)
    if points > 0.0:
        return BEARISH, points / (points + HALF_FIT_POINTS), bars[i - SIDE_BARS, HIGH], points
    return SILENT


def explain(hit: Hit) -> str:
    """Say why it fired."""
    turn, rsi = ("trough", "above") if side(hit) == 1 else ("peak", "below")
    further = "lower" if side(hit) == 1 else "higher"
    return (
        f"The {turn} at {price_text(hit.level)} is {further} than the one before, while its RSI is "
        f"{hit.measure:.0f} points {rsi}."
    )


RSI_DIVERGENCE = Pattern(
    number=29,
    name="RSI_Divergence",
    family="event",
    n_bars=1,
    warm_up=201,
    rule=rsi_divergence,
    setting=Setting.REVERSAL,
    weights=Weights(fit=0.5, volume=0.2, context=0.3),
    alert=Alert(0.35, 10),
    explain=explain,
    stop=STOP_AT_LEVEL,
    source="Wilder 1978, ch. 6",
    draws=("rsi_14",),
)
