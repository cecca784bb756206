"""Say how a chart pattern is drawn: a polygon of corners, levels and shares of time.

A level is in heights of the pattern, 0 its far end and 1 the side that is broken, before it is
turned. Nothing here is shared with what looks for patterns.
Source : Edwards and Magee 2007, ch. 6 to 11 and 14; Bulkowski 2021.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

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


@dataclass(frozen=True, slots=True)
class Drawn:
    """Declare a chart pattern that is planted.

    number : its place among those a die chooses from, which never changes; name : the pattern's;
    make : draws its outline; turned : whether that is turned upside down, None to let dice say.
    """

    number: int
    name: str
    make: Callable[[Dice], Outline]
    turned: bool | None = False


def around(dice: Dice, level: float, spread: float = 0.05) -> float:
    """Return a level near `level`."""
    return level + float(dice.uniform(-spread, spread))


def swinging(dice: Dice, upper: float, lower: float, touches: int) -> Outline:
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
