"""Recognise the morning and the evening star: a long body, a small one beyond a gap, a reply.

Morning star (bullish): a long black body, a short body gapping below it, then a white body that
is not short and closes more than 30 % into the first. The evening star mirrors it (bearish).
Fit is the share of the first body that the third took back.
"""

from typing import Final

from pl.kernel import kernel
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, highest, lowest
from pl.signals.candles import shapes
from pl.signals.candles.candle import candlestick
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import price_text

PENETRATION: Final = 0.3


@kernel
def is_star(bars: Bars, i: int) -> bool:
    """Tell whether the bodies of bars `i - 2` to `i` are long, short and not short."""
    return (
        shapes.body(bars, i - 2) > shapes.mean_body(bars, i - 2)
        and shapes.body(bars, i - 1) <= shapes.mean_body(bars, i - 1)
        and shapes.body(bars, i) > shapes.mean_body(bars, i)
    )


@kernel
def morning_star(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 2` to `i`; level is their low."""
    if not (shapes.colour(bars, i - 2) == -1 and shapes.colour(bars, i) == 1):
        return SILENT
    if not (shapes.gaps_down(bars, i - 1) and is_star(bars, i)):
        return SILENT
    first = shapes.body(bars, i - 2)
    if not bars[i, CLOSE] > bars[i - 2, CLOSE] + first * PENETRATION:
        return SILENT
    fit = shapes.share(bars[i, CLOSE] - bars[i - 2, CLOSE], first)
    return BULLISH, fit, lowest(bars, LOW, i - 2, i)


@kernel
def evening_star(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 2` to `i`; level is their high."""
    if not (shapes.colour(bars, i - 2) == 1 and shapes.colour(bars, i) == -1):
        return SILENT
    if not (shapes.gaps_up(bars, i - 1) and is_star(bars, i)):
        return SILENT
    first = shapes.body(bars, i - 2)
    if not bars[i, CLOSE] < bars[i - 2, CLOSE] - first * PENETRATION:
        return SILENT
    fit = shapes.share(bars[i - 2, CLOSE] - bars[i, CLOSE], first)
    return BEARISH, fit, highest(bars, HIGH, i - 2, i)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"After a small body beyond a gap the close at {price_text(hit.close)} took back "
        f"{hit.fit:.0%} of the long body two bars before."
    )


MORNING_STAR = candlestick("Morning_Star", 3, morning_star, explain)
EVENING_STAR = candlestick("Evening_Star", 3, evening_star, explain)
