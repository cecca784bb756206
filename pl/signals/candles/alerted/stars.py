"""Alert on the morning and the evening star: a long body, a small one beyond a gap, a reply.

Morning star (bullish): a long black body, a short body gapping below it, then a white body that
is not short and closes more than 30 % into the first. The evening star mirrors it (bearish).
Fit is the share of the first body that the third took back.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import B2, BODY, Frame, share
from pl.signals.candles.rules.evening_star import evening_star as is_evening_star
from pl.signals.candles.rules.morning_star import morning_star as is_morning_star
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Alert, price_text


@leaf
def morning_star(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 2` to `i`; level is their low."""
    strength = is_morning_star(c)
    if strength == 0:
        return SILENT
    fit = share(bars[i, CLOSE] - bars[i - 2, CLOSE], c[B2, BODY])
    return BULLISH, fit, lowest(bars, LOW, i - 2, i), float(abs(strength))


@leaf
def evening_star(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 2` to `i`; level is their high."""
    strength = is_evening_star(c)
    if strength == 0:
        return SILENT
    fit = share(bars[i - 2, CLOSE] - bars[i, CLOSE], c[B2, BODY])
    return BEARISH, fit, highest(bars, HIGH, i - 2, i), float(abs(strength))


def explain(hit: Hit) -> str:
    """Say why it fired."""
    taken = f"{hit.fit:.0%}" if hit.fit < 1.0 else "all"
    return (
        f"After a small body beyond a gap the close at {price_text(hit.close)} took back {taken} "
        "of the long body two bars before."
    )


MORNING_STAR = candlestick(10, "Morning_Star", 3, morning_star, explain, Alert(0.45, 10))
EVENING_STAR = candlestick(11, "Evening_Star", 3, evening_star, explain, Alert(0.45, 10))
