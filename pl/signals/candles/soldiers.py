"""Recognise three white soldiers and three black crows: three steady steps one way.

Three white soldiers (bullish): three white bodies closing higher each time with hardly any upper
shadow, each opening inside or near the body before and not far smaller than it, the last not
short. Three black crows (bearish): after a white bar three black bodies closing lower each time
with hardly any lower shadow, each opening inside the body before, the first closing below the
white bar's high. Fit is the part of the three bars that is body and not the shadow they lean on.
"""

from pl.kernel import kernel
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars, highest, lowest
from pl.signals.candles import shapes
from pl.signals.candles.candle import candlestick
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.pattern import price_text


@kernel
def is_soldier(bars: Bars, i: int) -> bool:
    """Tell whether bar `i` is white with a very short upper shadow."""
    return shapes.colour(bars, i) == 1 and shapes.upper_shadow(bars, i) < shapes.very_short(bars, i)


@kernel
def is_crow(bars: Bars, i: int) -> bool:
    """Tell whether bar `i` is black with a very short lower shadow."""
    return shapes.colour(bars, i) == -1 and shapes.lower_shadow(bars, i) < shapes.very_short(
        bars, i
    )


@kernel
def marches_on(bars: Bars, i: int) -> bool:
    """Tell whether white bar `i` continues the white bar before it."""
    before = i - 1
    opens_inside = (
        bars[before, OPEN] < bars[i, OPEN] <= bars[before, CLOSE] + shapes.near(bars, before)
    )
    keeps_size = shapes.body(bars, i) > shapes.body(bars, before) - shapes.far(bars, before)
    return bool(bars[i, CLOSE] > bars[before, CLOSE] and opens_inside and keeps_size)


@kernel
def sinks_on(bars: Bars, i: int) -> bool:
    """Tell whether black bar `i` opens inside the black body before it and closes lower."""
    before = i - 1
    opens_inside = bars[before, CLOSE] < bars[i, OPEN] < bars[before, OPEN]
    return bool(opens_inside and bars[i, CLOSE] < bars[before, CLOSE])


@kernel
def bodies_share(bars: Bars, i: int) -> float:
    """Return the part of the ranges of bars `i - 2` to `i` that is body, 0-1."""
    bodies = 0.0
    spreads = 0.0
    for j in range(i - 2, i + 1):
        bodies += shapes.body(bars, j)
        spreads += shapes.spread(bars, j)
    return shapes.share(bodies, spreads)


@kernel
def three_white_soldiers(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 2` to `i`; level is their low."""
    if not (is_soldier(bars, i - 2) and is_soldier(bars, i - 1) and is_soldier(bars, i)):
        return SILENT
    if not (marches_on(bars, i - 1) and marches_on(bars, i)):
        return SILENT
    if not shapes.body(bars, i) > shapes.mean_body(bars, i):
        return SILENT
    return BULLISH, bodies_share(bars, i), lowest(bars, LOW, i - 2, i)


@kernel
def three_black_crows(bars: Bars, i: int) -> Verdict:
    """Judge bars `i - 3` to `i`; level is the high of the three black ones."""
    if not (is_crow(bars, i - 2) and is_crow(bars, i - 1) and is_crow(bars, i)):
        return SILENT
    if not (sinks_on(bars, i - 1) and sinks_on(bars, i)):
        return SILENT
    if not (shapes.colour(bars, i - 3) == 1 and bars[i - 3, HIGH] > bars[i - 2, CLOSE]):
        return SILENT
    return BEARISH, bodies_share(bars, i), highest(bars, HIGH, i - 2, i)


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
    "Three_White_Soldiers", 3, three_white_soldiers, explain_soldiers
)
THREE_BLACK_CROWS = candlestick("Three_Black_Crows", 4, three_black_crows, explain_crows)
