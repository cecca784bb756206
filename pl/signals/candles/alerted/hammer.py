"""Alert on the hammer: a small body above one long shadow.

Bullish: short body, lower shadow longer than the body, hardly any upper shadow, body at or near
the low of the bar before. Fit is the share of the long shadow in the bar's range.
"""

from pl.kernel import leaf
from pl.signals.bars import LOW, Bars
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import LOWER, NOW, SPREAD, Frame, share
from pl.signals.candles.rules.hammer import hammer as is_hammer
from pl.signals.hits import BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Alert, price_text


@leaf
def hammer(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bar `i`; level is its low."""
    strength = is_hammer(c)
    if strength == 0:
        return SILENT
    fit = share(c[NOW, LOWER], c[NOW, SPREAD])
    return BULLISH, fit, bars[i, LOW], float(abs(strength))


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Fell to {price_text(hit.low)} and closed back at {price_text(hit.close)}: the lower "
        f"shadow is {hit.fit:.0%} of the bar's range."
    )


HAMMER = candlestick(5, "Hammer", 1, hammer, explain, Alert(0.45, 10))
