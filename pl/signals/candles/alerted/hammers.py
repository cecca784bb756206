"""Alert on the hammer and the shooting star: a small body and one long shadow.

Hammer (bullish): short body, lower shadow longer than the body, hardly any upper shadow, body
at or near the low of the bar before. Shooting star (bearish): short body gapping above the one
before, upper shadow longer than the body, hardly any lower shadow. Fit is the share of the
long shadow in the bar's range.
"""

from pl.kernel import kernel
from pl.signals.bars import HIGH, LOW, Bars
from pl.signals.candles import hammers
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import LOWER, NOW, SPREAD, UPPER, frame_of, share
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import price_text


@kernel
def hammer(bars: Bars, i: int) -> Verdict:
    """Judge bar `i`; level is its low."""
    c = frame_of(bars, i)
    if hammers.hammer(c) == 0:
        return SILENT
    fit = share(c[NOW, LOWER], c[NOW, SPREAD])
    return BULLISH, fit, bars[i, LOW], 0.0


@kernel
def shooting_star(bars: Bars, i: int) -> Verdict:
    """Judge bar `i`; level is its high."""
    c = frame_of(bars, i)
    if hammers.shooting_star(c) == 0:
        return SILENT
    fit = share(c[NOW, UPPER], c[NOW, SPREAD])
    return BEARISH, fit, bars[i, HIGH], 0.0


def explain_hammer(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Fell to {price_text(hit.low)} and closed back at {price_text(hit.close)}: the lower "
        f"shadow is {hit.fit:.0%} of the bar's range."
    )


def explain_shooting_star(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Rose to {price_text(hit.high)} and closed back at {price_text(hit.close)}: the upper "
        f"shadow is {hit.fit:.0%} of the bar's range."
    )


HAMMER = candlestick("Hammer", 1, hammer, explain_hammer)
SHOOTING_STAR = candlestick("Shooting_Star", 1, shooting_star, explain_shooting_star)
