"""Draw chart patterns as the textbooks draw them: polygons of corners, levels and shares of time.

A level is in heights of the pattern, 0 its far end and 1 the side that is broken, before it is
turned. Nothing here is shared with what looks for patterns.
Source : Edwards and Magee 2007, ch. 6 to 11 and 14; Bulkowski 2021.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from pl.simulator.randomness import Float64


class Dice(Protocol):
    """Draw numbers; numpy's generators can, and `KeyedDice`."""

    def random(self) -> float:
        """Return a number in [0, 1)."""

    def uniform(self, low: float, high: float) -> float:
        """Return a number between two others."""

    def integers(self, low: int, high: int) -> int:
        """Return a whole number from `low`, below `high`."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Hold corners (level in heights), the shares of time between them, and which are anchors.

    lead : level from which the price comes; round_leg : the leg that is half a parabola with the
    next one, -1 for none; up : whether it breaks upwards; line : the two corners whose line the
    last leg breaks.
    """

    levels: Sequence[float]
    shares: Sequence[float]
    anchors: Sequence[int]
    lead: float
    up: bool
    round_leg: int = -1
    line: tuple[int, int] = (0, 0)


def _around(dice: Dice, level: float, spread: float = 0.05) -> float:
    return level + float(dice.uniform(-spread, spread))


def _double(dice: Dice) -> Outline:
    levels = [1.6, 0.0, 1.0, _around(dice, 0.0), 1.4]
    return Outline(levels, [1.3, 1, 1, 1.2], (1, 2, 3), 2.0, True, line=(2, 2))


def _triple(dice: Dice) -> Outline:
    lows = [_around(dice, 0.0) for _ in range(3)]
    levels = [1.6, lows[0], 1.0, lows[1], _around(dice, 1.0), lows[2], 1.4]
    return Outline(levels, [1.2, 1, 1, 1, 1, 1.2], (1, 2, 3, 4, 5), 2.0, True, line=(2, 4))


def _shoulders(dice: Dice) -> Outline:
    depth = float(dice.uniform(0.4, 0.6))
    levels = [1.4, _around(dice, depth), 1.0, 0.0, _around(dice, 1.0), _around(dice, depth), 1.4]
    shares = [1, 0.9, 1.1, 1.1, 0.9, 1]
    return Outline(levels, shares, (1, 2, 3, 4, 5), 1.8, True, line=(2, 4))


def _swinging(dice: Dice, upper: float, lower: float, touches: int) -> Outline:
    """Swing between lines that change by `upper` and `lower` from the first touch to the last."""
    up = bool(dice.random() < 0.5)
    step = 1.0 / (touches - 1)
    levels = []
    for m in range(touches):
        on_upper = (touches - 1 - m) % 2 == (1 if up else 0)
        levels.append(1.0 + upper * m * step if on_upper else lower * m * step)
    after = 1.0 + step
    out = 1.0 + upper * after + 0.35 if up else lower * after - 0.35
    start = levels[0] - 0.3 if levels[0] > 0.5 else levels[0] + 0.3
    corners = tuple(range(1, touches + 1))
    broken = (touches - 3, touches - 1)
    shares = [1.0] * (touches + 1)
    return Outline([start, *levels, out], shares, corners, start, up, line=broken)


def _ascending(dice: Dice) -> Outline:
    return _swinging(dice, 0.0, float(dice.uniform(0.5, 0.7)), int(dice.integers(5, 7)))


def _descending(dice: Dice) -> Outline:
    return _swinging(dice, -float(dice.uniform(0.5, 0.7)), 0.0, int(dice.integers(5, 7)))


def _symmetrical(dice: Dice) -> Outline:
    closing = float(dice.uniform(0.27, 0.37))
    return _swinging(dice, -closing, _around(dice, closing, 0.03), int(dice.integers(5, 7)))


def _rising_wedge(dice: Dice) -> Outline:
    upper = float(dice.uniform(0.4, 0.7))
    return _swinging(dice, upper, upper + float(dice.uniform(0.45, 0.6)), int(dice.integers(5, 7)))


def _falling_wedge(dice: Dice) -> Outline:
    lower = -float(dice.uniform(0.4, 0.7))
    return _swinging(dice, lower - float(dice.uniform(0.45, 0.6)), lower, int(dice.integers(5, 7)))


def _rectangle(dice: Dice) -> Outline:
    return _swinging(dice, 0.0, 0.0, 6)


def _channel(dice: Dice) -> Outline:
    slope = float(dice.uniform(0.6, 1.1)) * (1 if dice.random() < 0.5 else -1)
    return _swinging(dice, slope, slope, int(dice.integers(5, 7)))


def _flag(dice: Dice) -> Outline:
    width, fall = float(dice.uniform(0.32, 0.4)), float(dice.uniform(0.02, 0.1))
    levels = [0.0, 1.0, 1.0 - width, 1.0 - fall, 1.0 - width - fall, 1.25]
    return Outline(levels, [1.6, 1, 1, 1, 1.4], (0, 1, 2, 3, 4), 0.2, True, line=(1, 3))


def _pennant(dice: Dice) -> Outline:
    levels = [0.0, 1.0, _around(dice, 0.55, 0.03), _around(dice, 0.9, 0.02), 0.68, 1.25]
    return Outline(levels, [1.6, 1, 1, 1, 1.4], (0, 1, 2, 3, 4), 0.2, True, line=(1, 3))


def _cup(dice: Dice) -> Outline:
    levels = [1.0, 0.0, _around(dice, 1.0), _around(dice, 0.7), 1.35]
    return Outline(levels, [2.6, 2.6, 1, 1.3], (0, 1, 2, 3), 0.8, True, round_leg=0, line=(2, 2))


def _rounding(_dice: Dice) -> Outline:
    return Outline([1.0, 0.0, 1.0, 1.25], [1, 1, 0.2], (0, 1), 0.8, True, round_leg=0)


def _vee(dice: Dice) -> Outline:
    return Outline([1.0, 0.0, 1.3], [1, _around(dice, 1.3, 0.2)], (0, 1), 0.8, True)


OUTLINES: Final[Mapping[str, tuple[Callable[[Dice], Outline], bool | None]]] = {
    "Double_Bottom": (_double, False),
    "Double_Top": (_double, True),
    "Triple_Bottom": (_triple, False),
    "Triple_Top": (_triple, True),
    "Inverse_Head_And_Shoulders": (_shoulders, False),
    "Head_And_Shoulders": (_shoulders, True),
    "Ascending_Triangle": (_ascending, False),
    "Descending_Triangle": (_descending, False),
    "Symmetrical_Triangle": (_symmetrical, False),
    "Rising_Wedge": (_rising_wedge, False),
    "Falling_Wedge": (_falling_wedge, False),
    "Rectangle": (_rectangle, False),
    "Channel": (_channel, False),
    "Flag": (_flag, None),
    "Pennant": (_pennant, None),
    "Cup_And_Handle": (_cup, False),
    "Rounding_Bottom": (_rounding, False),
    "V_Bottom": (_vee, False),
    "V_Top": (_vee, True),
}
"""Outline and whether it is turned upside down; None draws it."""


def drawn_corners(dice: Dice, outline: Outline, length: int) -> list[int]:
    """Return the bar of each corner, legs up to a fifth longer or shorter than their share."""
    drawn = np.array([dice.uniform(0.8, 1.2) for _ in outline.shares])
    shares = np.array(outline.shares) * drawn
    edges = np.concatenate([[0.0], np.cumsum(shares) / shares.sum()]) * length
    return [round(float(edge)) for edge in edges]


def along(outline: Outline, corners: Sequence[int]) -> Float64:
    """Return the level of each bar after the first corner."""
    bars = np.arange(1, corners[-1] + 1)
    levels: Float64 = np.interp(bars, corners, outline.levels)
    if outline.round_leg < 0:
        return levels
    left, middle, right = corners[outline.round_leg : outline.round_leg + 3]
    top, floor, end = outline.levels[outline.round_leg : outline.round_leg + 3]
    falling = floor + (top - floor) * ((middle - bars) / (middle - left)) ** 2
    rising = floor + (end - floor) * ((bars - middle) / (right - middle)) ** 2
    round_legs = np.where(bars <= middle, falling, rising)
    return np.where(bars <= right, round_legs, levels)
