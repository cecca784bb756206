"""Recognise the engulfing: a body that covers the body before it, of the other colour.

White after black is bullish, black after white bearish; the bodies may meet at one end, not at
both. Fit grows with how much larger the second body is: one half when equal, towards 1.
"""

from pl.kernel import kernel
from pl.signals.bars import HIGH, LOW, Bars
from pl.signals.candles import shapes
from pl.signals.candles.candle import candlestick
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import price_text


@kernel
def covers(bars: Bars, i: int) -> bool:
    """Tell whether body `i` covers body `i - 1` with at most one end in common."""
    over = shapes.body_top(bars, i) - shapes.body_top(bars, i - 1)
    under = shapes.body_bottom(bars, i - 1) - shapes.body_bottom(bars, i)
    return (over >= 0.0 and under > 0.0) or (over > 0.0 and under >= 0.0)


@kernel
def engulfing(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 1` and `i`; level is their far end."""
    if shapes.colour(bars, i) == shapes.colour(bars, i - 1) or not covers(bars, i):
        return SILENT
    fit = 1.0 - 0.5 * shapes.share(shapes.body(bars, i - 1), shapes.body(bars, i))
    if shapes.colour(bars, i) == 1:
        return BULLISH, fit, min(bars[i - 1, LOW], bars[i, LOW])
    return BEARISH, fit, max(bars[i - 1, HIGH], bars[i, HIGH])


def explain(hit: Hit) -> str:
    """Say why it fired."""
    ratio = 2.0 * (1.0 - hit.fit)
    return (
        f"The body from {price_text(hit.open)} to {price_text(hit.close)} covers the one before, "
        f"which has {ratio:.0%} of its height."
    )


ENGULFING = candlestick("Engulfing", 2, engulfing, explain)
