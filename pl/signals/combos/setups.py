"""Say which setups the completed days of a symbol give for a session."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from operator import neg
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.market.batches import Float64, Int64
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import numbers_of, score_of, sentence_of
from pl.signals.combos.declaration import EITHER, Combo, Conditions, Found, Level
from pl.signals.combos.levels import LEVEL_OF, LevelRows
from pl.signals.signal import Signal

Chosen = npt.NDArray[np.intp] | Int64

NEUTRAL_NAME: Final = "neutral"
SIDES: Final = {"bullish": 1, "bearish": -1}


class Setup(NamedTuple):
    """Hold what a setup says of one symbol in one session.

    day_ms : start of the daily bar that fixed it; level : USD, NaN without one; level_ms : start
    of the day that set it; score : 0-1; said : a sentence, empty for a level; numbers : those that
    a reason makes of it, by name.
    """

    day_ms: int
    level: float
    level_ms: int
    score: float
    said: str
    numbers: Mapping[str, float]


class DayRows(NamedTuple):
    """Hold the last completed day of R symbols before a session.

    start_ms : (R,) int64; values : (R, N) float64 as in DAY_NAMES, NaN without a day; levels;
    scale_age : (R,) int64 days since the newest restated one, see `scales`.
    """

    start_ms: Int64
    values: Float64
    levels: LevelRows
    scale_age: Int64

    def take(self, places: Chosen) -> "DayRows":
        """Return a copy of the days at `places`, in that order."""
        levels = LevelRows(
            self.levels.price[places], self.levels.set_ms[places], self.levels.score[places]
        )
        return DayRows(self.start_ms[places], self.values[places], levels, self.scale_age[places])


class Ages(NamedTuple):
    """Hold the opens (unix ms) of the sessions before one, the latest first."""

    opens: tuple[int, ...]

    def of(self, day_ms: int) -> int:
        """Return how many sessions ago a day was, 1 for the one before; 0 when not among them."""
        age = bisect_right(self.opens, -day_ms, key=neg)
        return 0 if age == len(self.opens) else age


def setup_of(
    combo: Combo, side: int, days: DayRows, place: int, found: Iterable[Signal], ages: Ages
) -> Setup | None:
    """Return the setup of a combo for a trigger of a side (1, -1), None where there is none.

    place : of the symbol in `days`; found : standing entries of its daily log.
    """
    if isinstance(combo.setup, Found):
        return _found(combo.setup, combo.direction, side, found, ages)
    day_ms = int(days.start_ms[place])
    if ages.of(day_ms) != 1 or days.scale_age[place] < combo.n_bars:
        return None
    if isinstance(combo.setup, Level):
        return _level(combo.setup, day_ms, days.levels, place)
    day = days.values[place]
    return state_of(combo.setup, day_ms, day, float(score_of(combo.setup, day[None])[0]))


def _level(level: Level, day_ms: int, levels: LevelRows, place: int) -> Setup | None:
    at = place, LEVEL_OF[level]
    price = float(levels.price[at])
    if not np.isfinite(price):
        return None
    return Setup(
        day_ms, price, int(levels.set_ms[at]), float(levels.score[at]), "", {"level": price}
    )


def state_of(conditions: Conditions, day_ms: int, day: Float64, score: float) -> Setup | None:
    """Return the setup of conditions on a day, (N,), that hold with a score above 0."""
    if score <= 0.0:
        return None
    numbers = numbers_of(conditions, day)
    said = sentence_of(conditions, numbers)
    named = {f"daily_{name}": number for name, number in numbers.items()}
    return Setup(day_ms, np.nan, day_ms, score, said, named)


def _found(
    setup: Found, direction: int, side: int, found: Iterable[Signal], ages: Ages
) -> Setup | None:
    best: Setup | None = None
    for signal in found:
        if signal.pattern not in setup.names or not _agrees(signal, direction, side):
            continue
        age = ages.of(signal.bar_time_ms)
        if not 1 <= age <= setup.sessions:
            continue
        faded = 1.0 - 0.5 * (age - 1) / max(setup.sessions - 1, 1)
        one = Setup(
            signal.bar_time_ms,
            np.nan,
            signal.bar_time_ms,
            signal.confidence * faded,
            _told(signal),
            _numbers(signal),
        )
        if best is None or _rank(one) > _rank(best):
            best = one
    return best


def _rank(setup: Setup) -> tuple[int, float, str]:
    return setup.day_ms, setup.score, setup.said


def _agrees(signal: Signal, direction: int, side: int) -> bool:
    return signal.direction == NEUTRAL_NAME or SIDES[signal.direction] == (direction or side)


def _told(signal: Signal) -> str:
    name = signal.pattern.replace("_", " ")
    day = str(np.datetime64(signal.bar_time_ms, "ms").astype("datetime64[D]"))
    return f"{name} on the daily chart of {day}: {signal.reason}"


def _numbers(signal: Signal) -> dict[str, float]:
    """Return the confidence of a daily find, its level and relative volume, where it has them."""
    known = {"daily_confidence": signal.confidence}
    level, volume = signal.geometry.get("level"), signal.indicators.get("relative_volume")
    known |= {"daily_level": level} if isinstance(level, float) else {}
    return known | ({} if volume is None else {"daily_relative_volume": volume})


def kinds_of_setups() -> frozenset[str]:
    """Return the daily patterns that some combo builds on."""
    names: set[str] = set()
    for combo in COMBOS:
        if isinstance(combo.setup, Found):
            names.update(combo.setup.names)
    return frozenset(names)


def allows(combo: Combo, side: int) -> bool:
    """Tell whether a combo takes a trigger of that side."""
    return side in (1, -1) and combo.direction in (EITHER, side)
