"""Compare finds with planted truth, and count fires on random walks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pl.signals.chart.registry import CHART_NAMES
from pl.signals.chart.scan import scan
from pl.signals.chart.sketch import BAR, CONFIDENCE, N_POINTS, PATTERN, POINTS, TURN
from tests.pl.signals.chart.planting import Array, Planted


@dataclass
class Tally:
    """Count, per pattern name: planted, found, fired, and fired rightly."""

    bars: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    mistaken: Counter[tuple[str, str]] = field(default_factory=Counter)

    def recall(self, name: str) -> float:
        return self.found[name] / max(self.planted[name], 1)

    def precision(self, name: str) -> float:
        return self.found[name] / max(self.fired[name], 1)


def points_of(find: Array) -> Array:
    return find[POINTS : POINTS + 2 * int(find[N_POINTS]) : 2]


def matches(find: Array, truth: Planted) -> bool:
    """Tell whether a find names the planted pattern, its direction and each of its anchors."""
    if CHART_NAMES[int(find[PATTERN])] != truth.name or find[TURN] != truth.direction:
        return False
    points = points_of(find)
    if len(points) != len(truth.anchors):
        points = points[-len(truth.anchors) :]
    off = np.abs(points - np.array(truth.anchors[-len(points) :]))
    return bool(off.max() <= truth.tolerance)


def nearest(find: Array, truths: Sequence[Planted]) -> str:
    """Return the planted pattern during whose time (or soon after) the find fired, or filler."""
    for truth in truths:
        if truth.first <= find[BAR] <= truth.last + 3:
            return truth.name
    return "filler"


def alerted(bars: Array, least: Mapping[str, float]) -> list[Array]:
    """Return the finds that reach their pattern's least confidence."""
    return [f for f in scan(bars) if f[CONFIDENCE] >= least[CHART_NAMES[int(f[PATTERN])]]]


def fires(bars: Array, least: Mapping[str, float]) -> Counter[str]:
    """Count the finds that reach their pattern's least confidence, by name."""
    return Counter(CHART_NAMES[int(find[PATTERN])] for find in alerted(bars, least))


def tally(fields: Sequence[tuple[Array, list[Planted]]], least: Mapping[str, float]) -> Tally:
    """Score the finds of at least their confidence; a second find of one truth is a wrong one."""
    out = Tally()
    for bars, truths in fields:
        out.bars += len(bars)
        out.planted.update(truth.name for truth in truths)
        finds = alerted(bars, least)
        out.fired.update(CHART_NAMES[int(find[PATTERN])] for find in finds)
        left = list(truths)
        for find in finds:
            hit = next((truth for truth in left if matches(find, truth)), None)
            if hit is None:
                out.mistaken[CHART_NAMES[int(find[PATTERN])], nearest(find, truths)] += 1
                continue
            left.remove(hit)
            out.found[hit.name] += 1
    return out


def shuffled_walk(bars: Array, dice: np.random.Generator) -> Array:
    """Return a random walk of the bars' own moves, gaps, ranges and volumes in drawn order."""
    order = dice.permutation(np.arange(1, len(bars)))
    previous = bars[order - 1, 3]
    shape = bars[order, :4] / previous[:, None]
    start = np.concatenate([[1.0], np.cumprod(shape[:, 3])[:-1]]) * bars[0, 3]
    out = np.empty((len(order), 6))
    out[:, :4] = shape * start[:, None]
    out[:, 4] = bars[order, 4]
    out[:, 5] = out[:, 3]
    return out
