"""Alert on three white soldiers and three black crows: three steady steps one way.

Three white soldiers (bullish): three white bodies closing higher each time with hardly any upper
shadow, each opening inside or near the body before and not far smaller than it, the last not
short. Three black crows (bearish): after a white bar three black bodies closing lower each time
with hardly any lower shadow, each opening inside the body before, the first closing below the
white bar's high. Fit is the part of the three bars that is body and not the shadow they lean on.
"""

from pl.kernel import leaf
from pl.signals.bars import HIGH, LOW, Bars, highest, lowest
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import B2, BODY, NOW, SPREAD, Frame, share
from pl.signals.candles.rules.three_black_crows import three_black_crows as is_three_black_crows
from pl.signals.candles.rules.three_white_soldiers import (
    three_white_soldiers as is_three_white_soldiers,
)
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import Alert, price_text


@leaf
def bodies_share(c: Frame) -> float:
    """Return the part of the ranges of the last three bars that is body, 0-1."""
    bodies = 0.0
    spreads = 0.0
    for row in range(B2, NOW + 1):
        bodies += c[row, BODY]
        spreads += c[row, SPREAD]
    return share(bodies, spreads)


@leaf
def three_white_soldiers(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 2` to `i`; level is their low."""
    strength = is_three_white_soldiers(c)
    if strength == 0:
        return SILENT
    return BULLISH, bodies_share(c), lowest(bars, LOW, i - 2, i), float(abs(strength))


@leaf
def three_black_crows(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bars `i - 3` to `i`; level is the high of the three black ones."""
    strength = is_three_black_crows(c)
    if strength == 0:
        return SILENT
    return BEARISH, bodies_share(c), highest(bars, HIGH, i - 2, i), float(abs(strength))


def explain_soldiers(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Three white bars in a row closed higher each time, the last at "
        f"{price_text(hit.close)}; {hit.fit:.0%} of their ranges is body."
    )


def explain_crows(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Three black bars in a row closed lower each time, the last at "
        f"{price_text(hit.close)}; {hit.fit:.0%} of their ranges is body."
    )


THREE_WHITE_SOLDIERS = candlestick(
    12, "Three_White_Soldiers", 3, three_white_soldiers, explain_soldiers, Alert(0.45, 10)
)
THREE_BLACK_CROWS = candlestick(
    13, "Three_Black_Crows", 4, three_black_crows, explain_crows, Alert(0.45, 10)
)
