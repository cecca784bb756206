"""Plant chart patterns in random walks and keep the truth; shares no code with the detectors.

A pattern is a polygon of textbook proportions, stretched to a drawn length and height, each close
displaced evenly by up to `noise` heights either way. It is led into and followed by short trends
as the textbook has them, and filler, a random walk, lies between patterns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FILLER_MOVE: Final = 0.006
SHORTEST: Final = 20
LONGEST: Final = 120
MOST_NOISE: Final = 0.10


@dataclass(frozen=True)
class Outline:
    """Hold corners (level in heights), the shares of time between them, and which are anchors.

    lead : level from which the price comes; round_leg : the leg that is half a parabola with the
    next one, -1 for none; up : whether it breaks upwards.
    """

    levels: Sequence[float]
    shares: Sequence[float]
    anchors: Sequence[int]
    lead: float
    up: bool
    round_leg: int = -1


@dataclass(frozen=True)
class Planted:
    """Hold the truth: name, direction 1 or -1, first and last bar, anchors (bar), noise."""

    name: str
    direction: int
    first: int
    last: int
    anchors: tuple[int, ...]
    noise: float

    @property
    def tolerance(self) -> float:
        """Return how far an anchor may lie off, in bars."""
        return max(2.0, 0.05 * (self.last - self.first))


def around(dice: np.random.Generator, level: float, spread: float = 0.05) -> float:
    return level + float(dice.uniform(-spread, spread))


def double(dice: np.random.Generator) -> Outline:
    levels = [1.6, 0.0, 1.0, around(dice, 0.0), 1.4]
    return Outline(levels, [1.3, 1, 1, 1.2], (1, 2, 3), 2.0, True)


def triple(dice: np.random.Generator) -> Outline:
    lows = [around(dice, 0.0) for _ in range(3)]
    levels = [1.6, lows[0], 1.0, lows[1], around(dice, 1.0), lows[2], 1.4]
    return Outline(levels, [1.2, 1, 1, 1, 1, 1.2], (1, 2, 3, 4, 5), 2.0, True)


def shoulders(dice: np.random.Generator) -> Outline:
    depth = float(dice.uniform(0.4, 0.6))
    levels = [1.4, around(dice, depth), 1.0, 0.0, around(dice, 1.0), around(dice, depth), 1.4]
    return Outline(levels, [1, 0.9, 1.1, 1.1, 0.9, 1], (1, 2, 3, 4, 5), 1.8, True)


def swinging(dice: np.random.Generator, upper: float, lower: float, touches: int) -> Outline:
    """Swing between lines that change by `upper` and `lower` from the first touch to the last."""
    up = bool(dice.random() < 0.5)
    step = 1.0 / (touches - 1)
    levels = []
    for m in range(touches):
        on_upper = (touches - 1 - m) % 2 == (1 if up else 0)
        levels.append(1.0 + upper * m * step if on_upper else lower * m * step)
    after = 1.0 + step
    out = 1.0 + upper * after + 0.35 if up else lower * after - 0.35
    starts_high = levels[0] > 0.5
    start = levels[0] - 0.3 if starts_high else levels[0] + 0.3
    shares = [1.0] * (touches + 1)
    return Outline([start, *levels, out], shares, tuple(range(1, touches + 1)), start, up)


def ascending(dice: np.random.Generator) -> Outline:
    return swinging(dice, 0.0, float(dice.uniform(0.5, 0.7)), int(dice.integers(5, 7)))


def descending(dice: np.random.Generator) -> Outline:
    return swinging(dice, -float(dice.uniform(0.5, 0.7)), 0.0, int(dice.integers(5, 7)))


def symmetrical(dice: np.random.Generator) -> Outline:
    closing = float(dice.uniform(0.27, 0.37))
    return swinging(dice, -closing, around(dice, closing, 0.03), int(dice.integers(5, 7)))


def rising_wedge(dice: np.random.Generator) -> Outline:
    upper = float(dice.uniform(0.4, 0.7))
    return swinging(dice, upper, upper + float(dice.uniform(0.45, 0.6)), int(dice.integers(5, 7)))


def falling_wedge(dice: np.random.Generator) -> Outline:
    lower = -float(dice.uniform(0.4, 0.7))
    return swinging(dice, lower - float(dice.uniform(0.45, 0.6)), lower, int(dice.integers(5, 7)))


def rectangle(dice: np.random.Generator) -> Outline:
    return swinging(dice, 0.0, 0.0, 6)


def channel(dice: np.random.Generator) -> Outline:
    slope = float(dice.uniform(0.6, 1.1)) * (1 if dice.random() < 0.5 else -1)
    return swinging(dice, slope, slope, int(dice.integers(5, 7)))


def flag(dice: np.random.Generator) -> Outline:
    width, fall = float(dice.uniform(0.32, 0.4)), float(dice.uniform(0.02, 0.1))
    levels = [0.0, 1.0, 1.0 - width, 1.0 - fall, 1.0 - width - fall, 1.25]
    return Outline(levels, [1.6, 1, 1, 1, 1.4], (0, 1, 2, 3, 4), 0.2, True)


def pennant(dice: np.random.Generator) -> Outline:
    levels = [0.0, 1.0, around(dice, 0.55, 0.03), around(dice, 0.9, 0.02), 0.68, 1.25]
    return Outline(levels, [1.6, 1, 1, 1, 1.4], (0, 1, 2, 3, 4), 0.2, True)


def cup(dice: np.random.Generator) -> Outline:
    levels = [1.0, 0.0, around(dice, 1.0), around(dice, 0.7), 1.35]
    return Outline(levels, [2.6, 2.6, 1, 1.3], (0, 1, 2, 3), 0.8, True, round_leg=0)


def rounding(dice: np.random.Generator) -> Outline:
    return Outline([1.0, 0.0, 1.0, 1.25], [1, 1, 0.2], (0, 1), 0.8, True, round_leg=0)


def vee(dice: np.random.Generator) -> Outline:
    return Outline([1.0, 0.0, 1.3], [1, around(dice, 1.3, 0.2)], (0, 1), 0.8, True)


KINDS: Final[dict[str, tuple[Callable[[np.random.Generator], Outline], bool | None]]] = {
    "Double_Bottom": (double, False),
    "Double_Top": (double, True),
    "Triple_Bottom": (triple, False),
    "Triple_Top": (triple, True),
    "Inverse_Head_and_Shoulders": (shoulders, False),
    "Head_and_Shoulders": (shoulders, True),
    "Ascending_Triangle": (ascending, False),
    "Descending_Triangle": (descending, False),
    "Symmetrical_Triangle": (symmetrical, False),
    "Rising_Wedge": (rising_wedge, False),
    "Falling_Wedge": (falling_wedge, False),
    "Rectangle": (rectangle, False),
    "Channel": (channel, False),
    "Flag": (flag, None),
    "Pennant": (pennant, None),
    "Cup_and_Handle": (cup, False),
    "Rounding_Bottom": (rounding, False),
    "V_Bottom": (vee, False),
    "V_Top": (vee, True),
}
"""Outline and whether it is turned upside down; None draws it."""


class Field:
    """Grow one series of closes, opens, wicks and volume, planting as it goes."""

    def __init__(self, seed: int, most_noise: float = MOST_NOISE) -> None:
        self.dice = np.random.default_rng(seed)
        self.most_noise = most_noise
        self.closes: list[float] = [100.0]
        self.wicks: list[float] = [0.0]
        self.volumes: list[float] = [1.0]
        self.truth: list[Planted] = []

    def fill(self, n_bars: int) -> None:
        """Add a random walk."""
        for _ in range(n_bars):
            move = FILLER_MOVE * self.closes[-1]
            self._add(self.closes[-1] + move * self.dice.normal(), 0.4 * move, 1.0)

    def plant(self, name: str) -> None:
        """Add one pattern of drawn length, height and noise, its lead and what follows it."""
        dice = self.dice
        make, turned = KINDS[name]
        outline = make(dice)
        upside_down = bool(dice.random() < 0.5) if turned is None else turned
        sign = -1.0 if upside_down else 1.0
        length = round(float(np.exp(dice.uniform(np.log(SHORTEST), np.log(LONGEST)))))
        noise = float(dice.uniform(0.0, self.most_noise))
        height = float(dice.uniform(2.0, 3.5)) * FILLER_MOVE * self.closes[-1] * length**0.5
        lead = max(4, round(0.2 * length))
        anchor = self.closes[-1] - sign * height * outline.lead
        corners = drawn_corners(dice, outline, length)
        path = np.concatenate(
            [np.linspace(outline.lead, outline.levels[0], lead + 1)[1:], along(outline, corners)]
        )
        first = len(self.closes) + lead - 1
        for place, level in enumerate(path):
            off = dice.uniform(-noise, noise) * height
            breaking = place - lead + 1 > corners[-2]
            size = float(dice.uniform(1.3, 3.0)) if breaking else 1.0
            self._add(anchor + sign * height * level + off, 0.25 * noise * height, size)
        anchors = tuple(first + corners[a] for a in outline.anchors)
        up = outline.up != upside_down
        self.truth.append(Planted(name, 1 if up else -1, first, first + length, anchors, noise))

    def bars(self) -> Array:
        """Return (n, 6) open, high, low, close, volume, vwap."""
        close = np.array(self.closes)
        open_ = np.concatenate([close[:1], close[:-1]])
        wicks = np.array(self.wicks)
        high = np.maximum(open_, close) + wicks * self.dice.uniform(0, 1, len(close))
        low = np.minimum(open_, close) - wicks * self.dice.uniform(0, 1, len(close))
        volume = 1000.0 * np.array(self.volumes) * self.dice.lognormal(0.0, 0.4, len(close))
        return np.column_stack([open_, high, low, close, volume, close])

    def _add(self, close: float, wick: float, volume: float) -> None:
        self.closes.append(float(close))
        self.wicks.append(wick)
        self.volumes.append(volume)


def drawn_corners(dice: np.random.Generator, outline: Outline, length: int) -> list[int]:
    """Return the bar of each corner, legs up to a fifth longer or shorter than their share."""
    shares = np.array(outline.shares) * dice.uniform(0.8, 1.2, len(outline.shares))
    edges = np.concatenate([[0.0], np.cumsum(shares) / shares.sum()]) * length
    return [round(float(edge)) for edge in edges]


def along(outline: Outline, corners: list[int]) -> Array:
    """Return the level of each bar after the first corner."""
    bars = np.arange(1, corners[-1] + 1)
    levels = np.interp(bars, corners, outline.levels)
    if outline.round_leg >= 0:
        left, middle, right = corners[outline.round_leg : outline.round_leg + 3]
        top, floor = outline.levels[outline.round_leg], outline.levels[outline.round_leg + 1]
        end = outline.levels[outline.round_leg + 2]
        for place, bar in enumerate(bars):
            if bar <= middle:
                levels[place] = floor + (top - floor) * ((middle - bar) / (middle - left)) ** 2
            elif bar <= right:
                levels[place] = floor + (end - floor) * ((bar - middle) / (right - middle)) ** 2
    return levels


def planted_series(
    seed: int, names: Sequence[str], n_bars: int = 1000, most_noise: float = MOST_NOISE
) -> tuple[Array, list[Planted]]:
    """Return bars and truth: `names` in order, filler between them, about `n_bars` bars."""
    trial = Field(seed, most_noise)
    for name in names:
        trial.plant(name)
    gap = max(8, (n_bars - len(trial.closes)) // (len(names) + 1))
    field = Field(seed, most_noise)
    field.fill(gap)
    for name in names:
        field.plant(name)
        field.fill(gap)
    return field.bars(), field.truth


def planted_fields(
    seed: int, n_fields: int, most_noise: float = MOST_NOISE
) -> list[tuple[Array, list[Planted]]]:
    """Return series of 10 patterns each, drawn evenly from all kinds."""
    dice = np.random.default_rng(seed)
    names: list[str] = []
    while len(names) < 10 * n_fields:
        names += dice.permutation(list(KINDS)).tolist()
    return [
        planted_series(seed * 1000 + n, names[10 * n : 10 * n + 10], most_noise=most_noise)
        for n in range(n_fields)
    ]
