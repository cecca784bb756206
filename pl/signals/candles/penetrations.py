"""Recognise how far a bar comes back into the long body before it.

Opening beyond the long black bar before, a white bar may close at its low (on-neck), at its close
(in-neck), below its middle (thrusting): bearish; or above its middle, inside the body (piercing
line): bullish. The dark cloud cover mirrors the piercing line: bearish.
"""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.candles.frame import B1, BODY, COLOUR, EQUAL, NOW, USUAL, Frame


@leaf
def rallies(c: Frame) -> bool:
    """Tell whether a white bar opens below the low of the long black bar before."""
    turns = c[B1, COLOUR] < 0.0 < c[NOW, COLOUR] and c[B1, BODY] > c[B1, USUAL]
    return bool(turns and c[NOW, OPEN] < c[B1, LOW])


@leaf
def on_neck(c: Frame) -> int:
    """On-neck: it closes at the low of the black bar."""
    low, slack = c[B1, LOW], c[B1, EQUAL]
    return -100 if rallies(c) and low - slack <= c[NOW, CLOSE] <= low + slack else 0


@leaf
def in_neck(c: Frame) -> int:
    """In-neck: it closes at or just above the close of the black bar."""
    close = c[B1, CLOSE]
    return -100 if rallies(c) and close <= c[NOW, CLOSE] <= close + c[B1, EQUAL] else 0


@leaf
def thrusting(c: Frame) -> int:
    """Thrusting: it closes inside the black body, at its middle or below."""
    close = c[B1, CLOSE]
    is_inside = close + c[B1, EQUAL] < c[NOW, CLOSE] <= close + c[B1, BODY] * 0.5
    return -100 if rallies(c) and is_inside else 0


@leaf
def piercing_line(c: Frame) -> int:
    """Piercing line: its body is long and closes above the middle of the black body, inside it."""
    if not (rallies(c) and c[NOW, BODY] > c[NOW, USUAL]):
        return 0
    return 100 if c[B1, CLOSE] + c[B1, BODY] * 0.5 < c[NOW, CLOSE] < c[B1, OPEN] else 0


@leaf
def dark_cloud_cover(c: Frame) -> int:
    """Dark cloud cover: after a long white bar, from above its high to below its middle."""
    turns = c[B1, COLOUR] > 0.0 > c[NOW, COLOUR] and c[B1, BODY] > c[B1, USUAL]
    if not (turns and c[NOW, OPEN] > c[B1, HIGH]):
        return 0
    return -100 if c[B1, OPEN] < c[NOW, CLOSE] < c[B1, CLOSE] - c[B1, BODY] * 0.5 else 0
