"""Alert on the engulfing: a body that covers the body before it, of the other colour.

White after black is bullish, black after white bearish; the bodies may meet at one end, not at
both. Fit grows with how much larger the second body is: one half when equal, towards 1.
"""

from pl.kernel import leaf
from pl.signals.bars import HIGH, LOW, Bars
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import B1, BODY, NOW, Frame, share
from pl.signals.candles.rules.engulfing import engulfing as is_engulfing
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Alert, price_text


@leaf
def engulfing(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 1` and `i`; level is their far end."""
    strength = is_engulfing(c)
    if strength == 0:
        return SILENT
    fit = 1.0 - 0.5 * share(c[B1, BODY], c[NOW, BODY])
    if strength > 0:
        return BULLISH, fit, min(bars[i - 1, LOW], bars[i, LOW]), float(abs(strength))
    return BEARISH, fit, max(bars[i - 1, HIGH], bars[i, HIGH]), float(abs(strength))


def explain(hit: Hit) -> str:
    """Say why it fired."""
    ratio = 2.0 * (1.0 - hit.fit)
    return (
        f"The body from {price_text(hit.open)} to {price_text(hit.close)} covers the one before, "
        f"which has {ratio:.0%} of its height."
    )


ENGULFING = candlestick(7, "Engulfing", 2, engulfing, explain, Alert(0.5, 10))
