"""Plant chart patterns in random walks and keep the truth; shares no code with the detectors.

A pattern is an outline of textbook proportions, those of the simulated market, stretched to a
drawn length and height, each close displaced evenly by up to `noise` heights either way. It is led
into and followed by short trends as the textbook has them, and filler, a random walk, lies between
patterns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.simulator.kinds import KINDS
from pl.simulator.outline import along, drawn_corners

Array = npt.NDArray[np.float64]

FILLER_MOVE: Final = 0.006
SHORTEST: Final = 20
LONGEST: Final = 120
MOST_NOISE: Final = 0.10


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
        drawn = KINDS[name]
        outline = drawn.make(dice)
        upside_down = bool(dice.random() < 0.5) if drawn.turned is None else drawn.turned
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
