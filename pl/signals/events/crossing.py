"""Tell whether two simple moving averages of the closes cross at a bar, and how steeply.

Fit is x / (1 + x), with x five times the change of their difference in this bar, in mean true
ranges.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, Bars
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Weights, price_text, prices_apart, side

STEEPNESS: Final = 5.0
NOISE: Final = 1e-9
WEIGHTS: Final = Weights(fit=0.4, volume=0.3, context=0.3)


@leaf
def may_cross(bars: Bars, i: int, apart: float, fast: int, slow: int) -> bool:
    """Tell whether averages `apart` USD from each other can have crossed in bar `i`.

    What they were apart before follows from the closes that came and went, but for rounding; it
    saves the sums of the bar before, which only few bars need.
    """
    rise = (bars[i, CLOSE] - bars[i - fast, CLOSE]) / fast
    before = apart - rise + (bars[i, CLOSE] - bars[i - slow, CLOSE]) / slow
    return bool(before * apart <= 0.0 or abs(before) <= NOISE * bars[i, CLOSE])


@leaf
def verdict_of(before: float, apart: float, unit: float, slow: float, fast: float) -> Verdict:
    """Return what two averages say that were `before` apart and are `apart` now.

    A billionth of the price is rounding: prices that stand still for 200 bars must cross nothing.
    """
    steep = STEEPNESS * abs(apart - before) / unit
    fit = steep / (1.0 + steep)
    nothing = NOISE * slow
    if before <= nothing < apart:
        return BULLISH, fit, slow, fast
    if before >= -nothing > apart:
        return BEARISH, fit, slow, fast
    return SILENT


def told(hit: Hit, fast: int, slow: int) -> str:
    """Say that the mean of `fast` closes crossed that of `slow`."""
    moved = "rose above" if side(hit) == 1 else "fell below"
    faster, slower = prices_apart(hit.measure, hit.level)
    return (
        f"The mean of {fast} closes, {faster}, {moved} that of {slow}, {slower}, at a close of "
        f"{price_text(hit.close)}."
    )
