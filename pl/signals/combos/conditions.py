"""Judge conditions on the last completed day, for many symbols at once."""

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Final

import numpy as np

from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME
from pl.signals.combos.declaration import Condition, Conditions
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.pattern import numbers_apart, prices_apart

PRICE_COLUMNS: Final = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME}
DAY_NAMES: Final = (*INDICATOR_NAMES, *PRICE_COLUMNS)
DECIMALS: Final = 2
DAY_COLUMN: Final = {name: place for place, name in enumerate(DAY_NAMES)}


def score_of(conditions: Conditions, days: Float64) -> Float64:
    """Return the score of conditions for R days, 0 where one does not hold or is not known.

    days : (R, N) float64, columns as in DAY_NAMES.
    """
    scores = [_score(condition, days) for condition in conditions.all_of]
    return np.asarray(np.minimum.reduce(scores), np.float64)


def numbers_of(conditions: Conditions, day: Float64) -> dict[str, float]:
    """Return the columns of the day that the sentence names, by name; `day` has shape (N,)."""
    return {name: float(day[column]) for name, column in _named(conditions.said)}


def sentence_of(conditions: Conditions, numbers: Mapping[str, float]) -> str:
    """Return the sentence of conditions with its numbers, told apart where they differ."""
    against = {one.left: one.right for one in conditions.all_of if not isinstance(one.right, str)}
    told = {
        name: numbers_apart(number, against[name], decimals=DECIMALS)[0]
        for name, number in numbers.items()
        if name in against
    }
    prices = {name: number for name, number in numbers.items() if name not in told}
    apart = zip(prices, prices_apart(*prices.values()), strict=True)
    return conditions.said.format_map({**told, **dict(apart)})


@cache
def _named(said: str) -> tuple[tuple[str, int], ...]:
    names = dict.fromkeys(name for _, name, *_ in Formatter().parse(said) if name)
    return tuple((name, DAY_COLUMN[name]) for name in names)


def _score(condition: Condition, days: Float64) -> Float64:
    side = 1.0 if condition.above else -1.0
    distance = side * (_column(condition.left, days) - _column(condition.right, days))
    scale = _column(condition.scale, days)
    holds = (distance > 0.0) & (scale > 0.0)
    x = np.divide(distance, scale, out=np.zeros(len(days)), where=holds)
    return np.where(holds, 0.5 + 0.5 * x / (1.0 + x), 0.0)


def _column(what: str | float, days: Float64) -> Float64:
    if isinstance(what, str):
        return days[:, DAY_COLUMN[what]]
    return np.full(len(days), what)
