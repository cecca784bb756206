"""Alert on the doji: open and close nearly the same.

The body is at most a tenth of the mean high-low spread of the 10 bars before, and the bar has
a spread (a bar of a single price says nothing). Neutral. Fit grows as the body shrinks.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN, Bars
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import BODY, NOW, TINY, Frame, share
from pl.signals.candles.rules.doji import doji as is_doji
from pl.signals.hits import NEUTRAL, SILENT, Hit, Verdict
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, price_text


@leaf
def doji(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bar `i`; level is the middle of the body."""
    strength = is_doji(c)
    if strength == 0:
        return SILENT
    middle = 0.5 * (bars[i, OPEN] + bars[i, CLOSE])
    return NEUTRAL, 1.0 - share(c[NOW, BODY], c[NOW, TINY]), middle, float(abs(strength))


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Open {price_text(hit.open)} and close {price_text(hit.close)} nearly meet inside a "
        f"range from {price_text(hit.low)} to {price_text(hit.high)}."
    )


DOJI = candlestick(4, "Doji", 1, doji, explain, Alert(0.6, 15), stop=NO_LEVELS)
