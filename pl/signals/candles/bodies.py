"""Recognise how a body answers the one before it: around it, inside it, or off the same price."""

from pl.kernel import leaf
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN
from pl.signals.candles.frame import (
    B1,
    BODY,
    BOTTOM,
    COLOUR,
    EQUAL,
    LOWER,
    NOW,
    TINY,
    TOP,
    UPPER,
    USUAL,
    Frame,
)


@leaf
def engulfing(c: Frame) -> int:
    """Engulfing: a body of the other colour around the one before; 80 when they share an end."""
    over = c[NOW, TOP] - c[B1, TOP]
    under = c[B1, BOTTOM] - c[NOW, BOTTOM]
    if c[NOW, COLOUR] == c[B1, COLOUR] or min(over, under) < 0.0 or max(over, under) <= 0.0:
        return 0
    return int((100 if min(over, under) > 0.0 else 80) * c[NOW, COLOUR])


@leaf
def nested(c: Frame) -> int:
    """Return 100 for a body inside the one before, 80 when they share an end, else 0."""
    over = c[B1, TOP] - c[NOW, TOP]
    under = c[NOW, BOTTOM] - c[B1, BOTTOM]
    if min(over, under) < 0.0:
        return 0
    return 100 if min(over, under) > 0.0 else 80


@leaf
def harami(c: Frame) -> int:
    """Harami: a short body inside the long one before, against its direction."""
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, USUAL]):
        return 0
    return int(-nested(c) * c[B1, COLOUR])


@leaf
def harami_cross(c: Frame) -> int:
    """Harami cross: a doji inside the long body before, against its direction."""
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, TINY]):
        return 0
    return int(-nested(c) * c[B1, COLOUR])


@leaf
def homing_pigeon(c: Frame) -> int:
    """Homing pigeon: a short black body inside the long black one before; bullish."""
    if not (c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0):
        return 0
    if not (c[B1, BODY] > c[B1, USUAL] and c[NOW, BODY] <= c[NOW, USUAL]):
        return 0
    return 100 if c[NOW, OPEN] < c[B1, OPEN] and c[NOW, CLOSE] > c[B1, CLOSE] else 0


@leaf
def matching_low(c: Frame) -> int:
    """Matching low: two black bodies that close at the same price; bullish."""
    if not (c[B1, COLOUR] < 0.0 and c[NOW, COLOUR] < 0.0):
        return 0
    close, slack = c[B1, CLOSE], c[B1, EQUAL]
    return 100 if close - slack <= c[NOW, CLOSE] <= close + slack else 0


@leaf
def counterattack(c: Frame) -> int:
    """Counterattack: two long bodies of other colours that close at the same price."""
    if not (c[B1, COLOUR] == -c[NOW, COLOUR] and c[B1, BODY] > c[B1, USUAL]):
        return 0
    close, slack = c[B1, CLOSE], c[B1, EQUAL]
    if not (c[NOW, BODY] > c[NOW, USUAL] and close - slack <= c[NOW, CLOSE] <= close + slack):
        return 0
    return int(100 * c[NOW, COLOUR])


@leaf
def separating_lines(c: Frame) -> int:
    """Separating lines: a belt hold off the open of the bar before, which went the other way."""
    open_, slack = c[B1, OPEN], c[B1, EQUAL]
    if not (c[B1, COLOUR] == -c[NOW, COLOUR] and c[NOW, BODY] > c[NOW, USUAL]):
        return 0
    behind = c[NOW, LOWER] if c[NOW, COLOUR] > 0.0 else c[NOW, UPPER]
    if not (open_ - slack <= c[NOW, OPEN] <= open_ + slack and behind < c[NOW, TINY]):
        return 0
    return int(100 * c[NOW, COLOUR])


@leaf
def kicks(c: Frame) -> bool:
    """Tell whether a marubozu follows one of the other colour beyond a gap between the bars."""
    if c[B1, COLOUR] != -c[NOW, COLOUR]:
        return False
    gap = c[NOW, LOW] - c[B1, HIGH] if c[B1, COLOUR] < 0.0 else c[B1, LOW] - c[NOW, HIGH]
    was_bare = c[B1, BODY] > c[B1, USUAL] and max(c[B1, UPPER], c[B1, LOWER]) < c[B1, TINY]
    is_bare = c[NOW, BODY] > c[NOW, USUAL] and max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, TINY]
    return bool(gap > 0.0 and was_bare and is_bare)


@leaf
def kicking(c: Frame) -> int:
    """Kicking: two marubozus of other colours with a gap between; the second one leads."""
    return int(100 * c[NOW, COLOUR]) if kicks(c) else 0


@leaf
def kicking_by_length(c: Frame) -> int:
    """Kicking by length: as kicking, but the longer one leads."""
    longer = c[NOW, COLOUR] if c[NOW, BODY] > c[B1, BODY] else c[B1, COLOUR]
    return int(100 * longer) if kicks(c) else 0
