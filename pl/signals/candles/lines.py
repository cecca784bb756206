"""Recognise single lines: how long the body is and which shadows it has.

A long body is above the mean of the 10 bars before, a short one below it; no shadow is one below
a tenth of their mean spread. The direction is the colour of the body.
"""

from pl.kernel import leaf
from pl.signals.candles.frame import BODY, COLOUR, LOWER, NOW, SHADOW, TINY, UPPER, USUAL, Frame


@leaf
def belt_hold(c: Frame) -> int:
    """Belt hold: a long body without a shadow at its open."""
    behind = c[NOW, LOWER] if c[NOW, COLOUR] > 0.0 else c[NOW, UPPER]
    is_held = c[NOW, BODY] > c[NOW, USUAL] and behind < c[NOW, TINY]
    return int(100 * c[NOW, COLOUR]) if is_held else 0


@leaf
def closing_marubozu(c: Frame) -> int:
    """Closing marubozu: a long body without a shadow at its close."""
    ahead = c[NOW, UPPER] if c[NOW, COLOUR] > 0.0 else c[NOW, LOWER]
    is_bare = c[NOW, BODY] > c[NOW, USUAL] and ahead < c[NOW, TINY]
    return int(100 * c[NOW, COLOUR]) if is_bare else 0


@leaf
def marubozu(c: Frame) -> int:
    """Marubozu: a long body without shadows."""
    is_bare = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, TINY]
    return int(100 * c[NOW, COLOUR]) if is_bare and c[NOW, BODY] > c[NOW, USUAL] else 0


@leaf
def long_line(c: Frame) -> int:
    """Long line: a long body between shadows shorter than usual."""
    is_clean = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, SHADOW]
    return int(100 * c[NOW, COLOUR]) if is_clean and c[NOW, BODY] > c[NOW, USUAL] else 0


@leaf
def short_line(c: Frame) -> int:
    """Short line: a short body between shadows shorter than usual."""
    is_clean = max(c[NOW, UPPER], c[NOW, LOWER]) < c[NOW, SHADOW]
    return int(100 * c[NOW, COLOUR]) if is_clean and c[NOW, BODY] < c[NOW, USUAL] else 0


@leaf
def high_wave(c: Frame) -> int:
    """High wave: a short body between shadows more than twice as long as it."""
    is_wide = min(c[NOW, UPPER], c[NOW, LOWER]) > 2.0 * c[NOW, BODY]
    return int(100 * c[NOW, COLOUR]) if is_wide and c[NOW, BODY] < c[NOW, USUAL] else 0


@leaf
def spinning_top(c: Frame) -> int:
    """Spinning top: a short body between shadows longer than it."""
    is_wide = min(c[NOW, UPPER], c[NOW, LOWER]) > c[NOW, BODY]
    return int(100 * c[NOW, COLOUR]) if is_wide and c[NOW, BODY] < c[NOW, USUAL] else 0
