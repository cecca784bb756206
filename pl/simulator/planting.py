"""Plant a chart pattern in some days of a listing, by key, and keep the truth.

On one day of two, one of `outlines` is stretched to 20 to 120 minutes and to 2 to 3.5
times what the day's ordinary minutes would span in that time, led into by a short trend. Each
close is displaced by up to `noise` heights, at most 8 %, and trades keep within 2 % of the height
around the path, so that nothing lies more than 10 % off. Volume stays level, its dice apart, and
the minutes of the last leg, which breaks out, have 1.3 to 3 times as much.

Whoever looks for patterns must not see this: only `truth` reads it, and the path made from it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.simulator.kinds import KINDS
from pl.simulator.outline import Outline, along, drawn_corners
from pl.simulator.randomness import Float64, draws, key_of
from pl.simulator.universe import Listing

SHORTEST: Final = 20
LONGEST: Final = 120
MOST_NOISE: Final = 0.08
PRINTS: Final = 0.02
"""How far from the path trades may be, in heights."""
CHANCE: Final = 0.5
_FIRST_MINUTE: Final = 30
_AFTERWARDS: Final = 10
_MINUTES: Final = 1_440
_HEIGHTS: Final = (2.0, 3.5)
_LEAST_HEIGHT: Final = 0.002
_LEAST_USD: Final = 0.25
_KINDS: Final = tuple(KINDS)
_MOST_DRAWS: Final = 512
"""Two for each minute of the longest pattern and its lead, and those of its outline."""


class KeyedDice:
    """Draw numbers in order from a key; the same key draws the same ones."""

    def __init__(self, key: int) -> None:
        self._numbers = ((draws(key, _MOST_DRAWS) >> np.uint64(11)) * 2.0**-53).tolist()
        self._drawn = 0

    def random(self) -> float:
        """Return a number in [0, 1)."""
        self._drawn += 1
        return float(self._numbers[self._drawn - 1])

    def uniform(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return low + (high - low) * self.random()

    def integers(self, low: int, high: int) -> int:
        """Return a whole number from `low`, below `high`."""
        return low + int((high - low) * self.random())


@dataclass(frozen=True, slots=True)
class Plant:
    """Hold the truth about a planted pattern; times in minutes of the UTC day.

    direction : 1 breaks up, -1 down; begins : the first minute of the lead; first, last : of the
    pattern; anchors : minutes of its pivots; breaks : the first close beyond its line; noise : in
    heights; height : its size in units of an ordinary minute's standard deviation; levels : (n,)
    closes of the minutes from `begins` on, in heights above the close before them; volume : (n,)
    factors of the day's level.
    """

    kind: str
    direction: int
    begins: int
    first: int
    last: int
    anchors: tuple[int, ...]
    breaks: int
    noise: float
    height: float
    levels: Float64
    volume: Float64

    @property
    def minutes(self) -> slice:
        """Return the minutes it takes, lead and all."""
        return slice(self.begins, self.begins + len(self.levels))

    def height_log(self, minute_sigma: float, price: float) -> float:
        """Return the height as a log return: never below 0.2 % or 25 cents, which hides cents.

        minute_sigma : standard deviation of the log return of the day's average minute;
        price : USD.
        """
        return max(self.height * minute_sigma, _LEAST_HEIGHT, _LEAST_USD / price)


def plant_of_day(seed: int, listing: Listing, day: int) -> Plant | None:
    """Return what is planted in a day, None on the others."""
    dice = KeyedDice(key_of(seed, listing.symbol, "plant", day))
    if dice.random() >= CHANCE:
        return None
    kind = _KINDS[dice.integers(0, len(_KINDS))]
    drawn = KINDS[kind]
    outline = drawn.make(dice)
    upside_down = dice.random() < 0.5 if drawn.turned is None else drawn.turned
    length = round(float(np.exp(dice.uniform(np.log(SHORTEST), np.log(LONGEST)))))
    corners = drawn_corners(dice, outline, length)
    return _planted(dice, kind, outline, corners, upside_down=bool(upside_down))


def _planted(
    dice: KeyedDice, kind: str, outline: Outline, corners: list[int], *, upside_down: bool
) -> Plant:
    length = corners[-1]
    lead = max(4, round(0.2 * length))
    coming = np.linspace(outline.lead, outline.levels[0], lead + 1)[1:]
    path = np.concatenate([coming, along(outline, corners)])
    noise = dice.uniform(0.0, MOST_NOISE)
    path += [dice.uniform(-noise, noise) for _ in path]
    breaking = np.arange(len(path)) - lead + 1 > corners[-2]
    volume = np.where(breaking, [dice.uniform(1.3, 3.0) for _ in path], 1.0)
    begins = dice.integers(_FIRST_MINUTE, _MINUTES - _AFTERWARDS - len(path))
    first = begins + lead - 1
    sign = -1 if upside_down else 1
    return Plant(
        kind=kind,
        direction=sign if outline.up else -sign,
        begins=begins,
        first=first,
        last=first + length,
        anchors=tuple(first + corners[anchor] for anchor in outline.anchors),
        breaks=first + _break(outline, corners, path[lead - 1 :]),
        noise=noise,
        height=dice.uniform(*_HEIGHTS) * length**0.5,
        levels=sign * (path - outline.lead),
        volume=volume,
    )


def _break(outline: Outline, corners: list[int], path: Float64) -> int:
    """Return the first bar of the last leg whose level lies beyond the outline's line."""
    (a, b), up = outline.line, 1.0 if outline.up else -1.0
    slope = 0.0
    if a != b:
        slope = (outline.levels[b] - outline.levels[a]) / (corners[b] - corners[a])
    for bar in range(corners[-2] + 1, corners[-1]):
        if up * (path[bar] - outline.levels[b] - slope * (bar - corners[b])) > 0.0:
            return bar
    return corners[-1]
