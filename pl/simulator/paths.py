"""Walk a listing through its day: from the open to the close, by what happens in between."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.simulator.days import DayFrame
from pl.simulator.halts import Halt, halt_of_day
from pl.simulator.planting import PRINTS, Plant, plant_of_day
from pl.simulator.randomness import Bool, Float64, Int64, UInt64, lane
from pl.simulator.universe import Listing
from pl.simulator.weather import MINUTES, Weather

BLOCKS: Final = 8
_CELLS: Final = MINUTES * BLOCKS
_WITHIN: Final = np.arange(1, BLOCKS + 1, dtype=np.float64) / BLOCKS
_WICK: Final = 0.25


@dataclass(frozen=True, slots=True)
class Happenings:
    """Hold what is decided for a day of a listing before its path; a halt leaves no room."""

    halt: Halt | None
    plant: Plant | None

    def trading(self) -> Bool:
        """Return which blocks (11520,) may trade."""
        out = np.ones(_CELLS, np.bool_)
        if self.halt is not None:
            out[self.halt.first : self.halt.end] = False
        return out


@dataclass(frozen=True, slots=True)
class Path:
    """Hold each block (11520,): its centre price and the farthest that trades may be from it.

    centre : cents; sigma : standard deviation of the block's move, cents; reach : cents.
    """

    centre: Int64
    sigma: Float64
    reach: Float64


def happenings_of_day(seed: int, listing: Listing, day: int) -> Happenings:
    """Return the halt and the planted pattern of a day, if any; never both in one place."""
    halt, plant = halt_of_day(seed, listing, day), plant_of_day(seed, listing, day)
    if halt is None or plant is None:
        return Happenings(halt, plant)
    apart = plant.minutes.stop <= halt.minutes.start or halt.minutes.stop <= plant.minutes.start
    return Happenings(halt, plant if apart else None)


def path_of_day(
    frame: DayFrame, weather: Weather, happened: Happenings, moves: Float64, bits: UInt64
) -> Path:
    """Return the path from the frame's open to its close.

    moves : (11520,) standard normals; bits : (11520,) draws of the blocks. What the walk misses of
    the close is spread over the day in proportion to variance, as in a Brownian bridge; halts and
    planted patterns have none, so they keep their shape.
    """
    relative = np.repeat(weather.volatility, BLOCKS) * _is_free(happened)
    variance = np.cumsum(relative * relative)
    sigma = relative * (frame.volatility / variance[-1] ** 0.5)
    steps = sigma * moves + np.repeat(weather.drift, BLOCKS) * (_minute_sigma(frame) / BLOCKS)
    reach = np.full(_CELLS, np.inf)
    if happened.halt is not None:
        steps[happened.halt.first : happened.halt.end] = 0.0
        steps += happened.halt.returns()
    if happened.plant is not None:
        _weave(steps, reach, frame, happened.plant, bits)
    walk = np.cumsum(steps)
    missing = frame.close_log - frame.open_log - walk[-1]
    price = 100.0 * np.exp(frame.open_log + walk + missing * (variance / variance[-1]))
    centre = np.maximum(np.rint(price), 10.0).astype(np.int64)
    return Path(centre, sigma * price, reach * price)


def weather_with(weather: Weather, happened: Happenings) -> Weather:
    """Return the weather with the volume of what happens in it."""
    activity, traded, eligible = weather.activity, weather.traded, weather.eligible
    if happened.halt is not None:
        activity = activity * happened.halt.bursts()
    if happened.plant is not None:
        taken = happened.plant.minutes
        activity, traded, eligible = activity.copy(), traded.copy(), eligible.copy()
        activity[taken] = weather.level[taken.start] * weather.own[taken] * happened.plant.volume
        traded[taken] = eligible[taken] = True
    return weather.with_volume(activity, traded, eligible)


def _minute_sigma(frame: DayFrame) -> float:
    return float(frame.volatility / MINUTES**0.5)


def _is_free(happened: Happenings) -> Bool:
    """Return which blocks the walk goes through by chance."""
    free = happened.trading()
    if happened.plant is not None:
        taken = happened.plant.minutes
        free[taken.start * BLOCKS : taken.stop * BLOCKS] = False
    return free


def _weave(steps: Float64, reach: Float64, frame: DayFrame, plant: Plant, bits: UInt64) -> None:
    """Replace the steps of a planted pattern's minutes by its path, close by close."""
    height = plant.height_log(_minute_sigma(frame), float(np.exp(frame.open_log)))
    begins = np.concatenate([[0.0], plant.levels[:-1]])
    level = begins[:, None] + (plant.levels - begins)[:, None] * _WITHIN
    blocks = slice(plant.minutes.start * BLOCKS, plant.minutes.stop * BLOCKS)
    wicks = (2.0 * lane(bits[blocks], 0) - 1.0).reshape(level.shape) * (_WICK * plant.noise)
    wicks[:, -1] = 0.0
    steps[blocks] = np.diff(height * (level + wicks).ravel(), prepend=0.0)
    reach[blocks] = PRINTS * height
