"""Recognise the piercing line and the dark cloud cover: a gap that is taken back by half.

Piercing line (bullish): a long black body, then a long white one that opens below its low and
closes above its middle, inside the body. Dark cloud cover (bearish): a long white body, then a
black one that opens above its high and closes below its middle, inside the body.
Fit is the share of the first body that was taken back.
"""

from pl.kernel import kernel
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars
from pl.signals.candles import shapes
from pl.signals.candles.candle import candlestick
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import price_text


@kernel
def piercing_line(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 1` and `i`; level is their low."""
    if not (shapes.colour(bars, i - 1) == -1 and shapes.colour(bars, i) == 1):
        return SILENT
    first = shapes.body(bars, i - 1)
    if not (first > shapes.mean_body(bars, i - 1)):
        return SILENT
    if not (shapes.body(bars, i) > shapes.mean_body(bars, i) and bars[i, OPEN] < bars[i - 1, LOW]):
        return SILENT
    back = bars[i, CLOSE]
    if not (bars[i - 1, CLOSE] + first * 0.5 < back < bars[i - 1, OPEN]):
        return SILENT
    fit = shapes.share(back - bars[i - 1, CLOSE], first)
    return BULLISH, fit, min(bars[i - 1, LOW], bars[i, LOW])


@kernel
def dark_cloud_cover(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 1` and `i`; level is their high."""
    if not (shapes.colour(bars, i - 1) == 1 and shapes.colour(bars, i) == -1):
        return SILENT
    first = shapes.body(bars, i - 1)
    if not (first > shapes.mean_body(bars, i - 1) and bars[i, OPEN] > bars[i - 1, HIGH]):
        return SILENT
    back = bars[i, CLOSE]
    if not (bars[i - 1, OPEN] < back < bars[i - 1, CLOSE] - first * 0.5):
        return SILENT
    fit = shapes.share(bars[i - 1, CLOSE] - back, first)
    return BEARISH, fit, max(bars[i - 1, HIGH], bars[i, HIGH])


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Opened at {price_text(hit.open)} beyond the bar before, closed at "
        f"{price_text(hit.close)} and took back {hit.fit:.0%} of its body."
    )


PIERCING_LINE = candlestick("Piercing_Line", 2, piercing_line, explain)
DARK_CLOUD_COVER = candlestick("Dark_Cloud_Cover", 2, dark_cloud_cover, explain)
