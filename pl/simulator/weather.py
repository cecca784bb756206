"""Shape one day's activity: seasons, clusters of volatility, bursts, breakouts, silent minutes.

Everything is a function of (seed, symbol, day), per minute of the UTC day; no prices yet.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pl.simulator.randomness import Bool, Float64, UInt64, draws, key_of, lane, lane_int, normals

MINUTES: Final = 1_440
_EVENTS: Final = 10
_MINUTE: Final = np.arange(MINUTES, dtype=np.float64)
_FROM_NOON: Final = np.abs(_MINUTE - 719.5) / 720.0
_U_SHAPE: Final = 0.6 + 2.0 * _FROM_NOON**4
_VOLUME_SEASON: Final = _U_SHAPE / _U_SHAPE.mean()
_VOLATILITY_SEASON: Final = _VOLUME_SEASON**0.4
_FADE: Final = 0.62
# The mean of the random factors that multiply the rate, measured over 20,000 days of
# listings, so that the average listing trades at the rate that was asked for.
_MEAN_FACTOR: Final = 1.185


@dataclass(frozen=True, slots=True)
class Weather:
    """Hold a day's conditions; each array has shape (1440,).

    volatility, activity : relative to the day's average minute; drift : log return, in units
    of the average minute's standard deviation; traded : False where nothing trades at all;
    eligible : False where only odd lots trade, so that no bar exists; level, own : the parts of
    the activity that change slowly and from minute to minute.
    """

    volatility: Float64
    activity: Float64
    drift: Float64
    traded: Bool
    eligible: Bool
    level: Float64
    own: Float64

    def with_volume(self, activity: Float64, traded: Bool, eligible: Bool) -> "Weather":
        """Return the same day with another activity."""
        return replace(self, activity=activity, traded=traded, eligible=eligible)


def weather_of_day(seed: int, symbol: str, day: int) -> Weather:
    """Return the conditions of one day of one listing."""
    cluster = _cluster(seed, symbol, day)
    burst, drift = _events(draws(key_of(seed, symbol, "events", day), _EVENTS))
    bits = draws(key_of(seed, symbol, "minutes", day), MINUTES)
    own = np.exp(0.3 * normals(bits))
    level = _VOLUME_SEASON * np.exp(0.8 * cluster) / _MEAN_FACTOR
    traded, eligible = _silent_minutes(seed, symbol, day)
    return Weather(
        volatility=_VOLATILITY_SEASON * np.exp(cluster) * burst**0.4,
        activity=level * burst * own,
        drift=drift,
        traded=traded,
        eligible=eligible,
        level=level,
        own=own,
    )


def _cluster(seed: int, symbol: str, day: int) -> Float64:
    """Return log volatility that changes over half hours and, less, over five minutes."""
    total = np.zeros(MINUTES)
    for minutes, weight in ((30, 0.45), (5, 0.25)):
        knots = normals(
            draws(key_of(seed, symbol, "cluster", minutes, day), MINUTES // minutes + 1)
        )
        at = np.arange(len(knots), dtype=np.float64) * minutes
        total += weight * np.interp(_MINUTE, at, knots)
    return total


def _events(bits: UInt64) -> tuple[Float64, Float64]:
    """Return the volume factor and the drift that the day's events add to each minute.

    An event is a burst of volume that fades within minutes. Two of three push the price: a
    breakout, half of which is given back over the following quarter of an hour.
    """
    burst, drift = np.ones(MINUTES), np.zeros(MINUTES)
    starts = lane_int(bits, 0) * MINUTES >> 16
    strengths = 2.0 + 7.0 * lane(bits, 1) ** 2
    pushes = np.where(lane(bits, 2) < 0.66, 3.0 + 6.0 * lane(bits, 2), 0.0)
    kinds = lane_int(bits, 3)
    for start, strength, push, kind in zip(starts, strengths, pushes, kinds, strict=True):
        _add_event(burst, drift, int(start), float(strength), float(push), int(kind))
    return burst, drift


def _add_event(
    burst: Float64, drift: Float64, start: int, strength: float, push: float, kind: int
) -> None:
    fading = burst[start : start + 12]
    fading += strength * _FADE ** np.arange(len(fading))
    signed = push if kind & 1 else -push
    pushed = drift[start : start + 4]
    pushed += signed * np.array([0.4, 0.3, 0.2, 0.1])[: len(pushed)]
    if kind & 2:
        given_back = drift[start + 5 : start + 20]
        given_back -= signed * 0.5 / 15


def _silent_minutes(seed: int, symbol: str, day: int) -> tuple[Bool, Bool]:
    """Return the minutes that trade and those in which a bar may exist.

    One minute in 2,000 has no trade, another has odd lots alone.
    """
    chance = lane_int(draws(key_of(seed, symbol, "pauses", day), MINUTES), 0)
    traded = chance >= 33
    return traded, traded & (chance < 65_536 - 33)
