"""Alert on the piercing line and the dark cloud cover: a gap that is taken back by half.

Piercing line (bullish): a long black body, then a long white one that opens below its low and
closes above its middle, inside the body. Dark cloud cover (bearish): a long white body, then a
black one that opens above its high and closes below its middle, inside the body.
Fit is the share of the first body that was taken back.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import B1, BODY, Frame, share
from pl.signals.candles.rules.dark_cloud_cover import dark_cloud_cover as is_dark_cloud_cover
from pl.signals.candles.rules.piercing_line import piercing_line as is_piercing_line
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Alert, price_text


@leaf
def piercing_line(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 1` and `i`; level is their low."""
    strength = is_piercing_line(c)
    if strength == 0:
        return SILENT
    fit = share(bars[i, CLOSE] - bars[i - 1, CLOSE], c[B1, BODY])
    return BULLISH, fit, min(bars[i - 1, LOW], bars[i, LOW]), float(abs(strength))


@leaf
def dark_cloud_cover(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 1` and `i`; level is their high."""
    strength = is_dark_cloud_cover(c)
    if strength == 0:
        return SILENT
    fit = share(bars[i - 1, CLOSE] - bars[i, CLOSE], c[B1, BODY])
    return BEARISH, fit, max(bars[i - 1, HIGH], bars[i, HIGH]), float(abs(strength))


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Opened at {price_text(hit.open)} beyond the bar before, closed at "
        f"{price_text(hit.close)} and took back {hit.fit:.0%} of its body."
    )


PIERCING_LINE = candlestick(8, "Piercing_Line", 2, piercing_line, explain, Alert(0.4, 10))
DARK_CLOUD_COVER = candlestick(9, "Dark_Cloud_Cover", 2, dark_cloud_cover, explain, Alert(0.4, 10))
