"""Judge whether a day closes beyond the highest high or lowest low of many days.

The end it leaves behind lies some days back: the first of a row of new highs, not each of them.
Fit is (0.5 + d) / (1 + d), with d the distance beyond in mean true ranges. The day that still runs
is never looked at; an intraday trigger on these levels is a combo.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest
from pl.signals.events.levels import fit_beyond
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Weights, prices_apart

WEIGHTS: Final = Weights(fit=0.45, volume=0.35, context=0.2)


@leaf
def new_high(bars: Bars, i: int, unit: float, n_bars: int, stood: int) -> Verdict:
    """Judge whether bar `i` closes above `n_bars` bars whose high is `stood` bars old."""
    top = highest(bars, HIGH, i - n_bars, i - 1)
    if unit <= 0.0 or bars[i, CLOSE] <= top or highest(bars, HIGH, i - stood + 1, i - 1) >= top:
        return SILENT
    above = (bars[i, CLOSE] - top) / unit
    return BULLISH, fit_beyond(above), top, 100.0 * (bars[i, CLOSE] / top - 1.0)


@leaf
def new_low(bars: Bars, i: int, unit: float, n_bars: int, stood: int) -> Verdict:
    """Judge whether bar `i` closes below `n_bars` bars whose low is `stood` bars old."""
    bottom = lowest(bars, LOW, i - n_bars, i - 1)
    if unit <= 0.0 or bars[i, CLOSE] >= bottom or lowest(bars, LOW, i - stood + 1, i - 1) <= bottom:
        return SILENT
    below = (bottom - bars[i, CLOSE]) / unit
    return BEARISH, fit_beyond(below), bottom, 100.0 * (1.0 - bars[i, CLOSE] / bottom)


def told(hit: Hit, span: str) -> str:
    """Say beyond which end of the span it closed."""
    beyond, end = ("above", "high") if hit.close > hit.level else ("below", "low")
    close, level = prices_apart(hit.close, hit.level)
    return f"Closed at {close}, {hit.measure:.1f}% {beyond} the {end} {level} of {span}."
