"""Check a chart pattern against its bars by the words of its rule, in plain Python.

The chart is turned upside down for a break downwards, so that one text serves both.
"""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import fmean

import numpy as np

from pl.signals.chart.find import ChartFind

Array = np.ndarray
Point = tuple[int, float]
NEAR = 1e-9


class Turned:
    """Read bars and a find as if it broke upwards."""

    def __init__(self, bars: Array, find: ChartFind) -> None:
        up = find.direction > 0
        self.find = find
        self.sign = 1.0 if up else -1.0
        self.high = (bars[:, 1] if up else -bars[:, 2]).tolist()
        self.low = (bars[:, 2] if up else -bars[:, 1]).tolist()
        self.close = (self.sign * bars[:, 3]).tolist()
        self.points: list[Point] = [(x, self.sign * y) for x, y in find.points]
        self.xs = [x for x, _ in self.points]
        self.ys = [y for _, y in self.points]
        self.level, self.stop = self.sign * find.level, self.sign * find.stop
        self.target, self.height = self.sign * find.target, find.height
        self.bar = find.bar

    def on(self, a: Point, b: Point, x: float) -> float:
        return a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])

    def rms_of_legs(self) -> float:
        """Return how far the closes lie from the polygon through the points, up to the break."""
        corners = [*self.points, (self.bar, self.close[self.bar])]
        total = 0.0
        for a, b in pairwise(corners):
            total += sum((self.close[j] - self.on(a, b, j)) ** 2 for j in range(a[0] + 1, b[0] + 1))
        return math.sqrt(total / (self.bar - self.xs[0]))


def share(a: float, b: float) -> float:
    return min(a, b) / max(a, b)


def likeness(values: list[float], tolerance: float) -> float:
    return 1.0 - (max(values) - min(values)) / tolerance


def double(t: Turned) -> Iterator[bool]:
    first, middle, last = t.ys
    floor = min(first, last)
    height = middle - floor
    legs = (t.xs[1] - t.xs[0], t.xs[2] - t.xs[1])
    yield math.isclose(height, t.height)
    yield abs(first - last) < 0.15 * height
    yield share(*legs) >= 0.4
    yield t.bar - t.xs[2] <= 2.5 * max(legs)
    yield (t.level, t.stop) == (middle, floor)
    even = 0.5 * likeness([first, last], 0.15 * height) + 0.5 * share(*legs)
    yield math.isclose(t.find.evenness, even, rel_tol=NEAR)
    yield close_to_polygon(t, height, 0.25)


def triple(t: Turned) -> Iterator[bool]:
    lows, highs = t.ys[0::2], t.ys[1::2]
    height = max(highs) - min(lows)
    halves = (t.xs[2] - t.xs[0], t.xs[4] - t.xs[2])
    yield math.isclose(height, t.height)
    yield max(lows) - min(lows) < 0.2 * height
    yield abs(highs[0] - highs[1]) < 0.25 * height
    yield share(*halves) >= 0.3
    yield (t.level, t.stop) == (max(highs), min(lows))
    parts = [likeness(lows, 0.2 * height), likeness(highs, 0.25 * height), share(*halves)]
    yield math.isclose(t.find.evenness, fmean(parts), rel_tol=NEAR)
    yield close_to_polygon(t, height, 0.25)


def shoulders(t: Turned) -> Iterator[bool]:
    left, _, head, _, right = t.ys
    neck = (t.points[1], t.points[3])
    height = t.on(*neck, t.xs[2]) - head
    halves = (t.xs[2] - t.xs[0], t.xs[4] - t.xs[2])
    yield math.isclose(height, t.height)
    yield min(left, right) - head >= 0.2 * height
    yield abs(left - right) < 0.25 * height
    yield abs(neck[0][1] - neck[1][1]) < 0.3 * height
    yield t.on(*neck, t.xs[0]) - left >= 0.2 * height
    yield t.on(*neck, t.xs[4]) - right >= 0.2 * height
    yield share(*halves) >= 0.4
    yield math.isclose(t.level, t.on(*neck, t.bar))
    yield t.stop == right
    parts = [likeness([left, right], 0.25 * height)]
    parts += [likeness([neck[0][1], neck[1][1]], 0.3 * height), share(*halves)]
    yield math.isclose(t.find.evenness, fmean(parts), rel_tol=NEAR)
    yield close_to_polygon(t, height, 0.25)


def least_squares(points: list[Point]) -> Callable[[float], float]:
    slope, start = np.polyfit([x - points[0][0] for x, _ in points], [y for _, y in points], 1)
    return lambda x: float(start + slope * (x - points[0][0]))


def between_lines(t: Turned) -> Iterator[bool]:
    """Check the lines, and that the slopes are those of the name."""
    highs, lows = t.points[-2::-2], t.points[::-2]
    upper, lower = least_squares(highs[::-1]), least_squares(lows[::-1])
    first, last = t.xs[0], t.xs[-1]
    width = upper(first) - lower(first)
    off = max([abs(y - upper(x)) for x, y in highs] + [abs(y - lower(x)) for x, y in lows])
    swings = [b - a for a, b in pairwise(t.xs)]
    rhythm = min(swings) / max(swings)
    yield len(t.points) in {5, 6}
    yield math.isclose(width, t.height, rel_tol=1e-6)
    yield off < 0.15 * width * (1.0 + NEAR)
    yield upper(t.bar) - lower(t.bar) >= 0.1 * width * (1.0 - NEAR)
    yield t.bar - last <= 2.0 * fmean(swings) + NEAR
    yield math.isclose(t.level, upper(t.bar), rel_tol=1e-6)
    yield t.stop == t.ys[-1]
    yield math.isclose(
        t.find.evenness, 0.5 * (1.0 - off / (0.15 * width)) + 0.5 * rhythm, rel_tol=1e-6
    )
    yield close_to_polygon(t, width, 0.25 + 0.5 / fmean(swings))
    rise, fall = (upper(last) - upper(first)) / width, (lower(last) - lower(first)) / width
    yield is_named(t.find.pattern, *((rise, fall) if t.sign > 0 else (-fall, -rise)))


def is_named(name: str, upper: float, lower: float) -> bool:
    """Tell whether slopes of the unturned chart, in widths, are those of a name."""
    slack, closing, lean = 1e-6, lower - upper, upper + lower
    flat = upper <= 0.18 + slack and lower >= -0.18 - slack and closing >= 0.3 - slack
    return {
        "Ascending_Triangle": flat and lean >= 0.3 - slack,
        "Descending_Triangle": flat and lean <= -0.3 + slack,
        "Symmetrical_Triangle": flat and abs(lean) < 0.3 + slack,
        "Rising_Wedge": closing >= 0.27 - slack and min(upper, lower) > 0.18 - slack,
        "Falling_Wedge": closing >= 0.27 - slack and max(upper, lower) < -0.18 + slack,
        "Rectangle": max(abs(upper), abs(lower)) <= 0.2 + slack and abs(closing) <= 0.25 + slack,
        "Channel": abs(lean) >= 0.8 - slack and -0.4 - slack <= closing <= 0.27 + slack,
    }[name]


def flown(t: Turned) -> Iterator[bool]:
    _, top, first_low, _, last_low = t.ys
    pole = top - t.ys[0]
    taken = (top - min(first_low, last_low)) / pole
    line = (t.points[1], t.points[3])
    floor = (t.points[2], t.points[4])
    start = top - t.on(*floor, t.xs[1])
    end = t.on(*line, t.xs[4]) - last_low
    closing = 1.0 - end / start
    upper = (t.on(*line, t.xs[4]) - top) / start
    yield math.isclose(pole, t.height)
    yield taken >= 0.2
    yield t.xs[1] - t.xs[0] <= 0.8 * (t.bar - t.xs[1])
    yield math.isclose(t.level, t.on(*line, t.bar))
    yield t.stop == min(first_low, last_low)
    if t.find.pattern == "Pennant":
        yield closing >= 0.3 and upper < 0.1 and upper + closing > -0.1
    else:
        yield -1.0 <= closing <= 0.7 and upper + 0.5 * closing <= 0.3
    swings = [b - a for a, b in pairwise(t.xs[1:])]
    even = 0.5 * min(swings) / max(swings) + 0.5 * (1.0 - 0.5 * taken / 0.62)
    yield math.isclose(t.find.evenness, even, rel_tol=NEAR)
    yield close_to_polygon(t, pole, 0.15 + 0.5 / (t.xs[1] - t.xs[0]))


def cup(t: Turned) -> Iterator[bool]:
    left, bottom, right, handle = t.ys
    depth = min(left, right) - min(t.low[t.xs[0] : t.xs[2] + 1])
    yield math.isclose(depth, t.height)
    yield bottom == min(t.low[t.xs[0] : t.xs[2] + 1])
    yield abs(left - right) < 0.2 * depth
    yield 0.08 < (right - handle) / depth < 0.55
    yield t.bar - t.xs[2] <= 0.6 * (t.xs[2] - t.xs[0])
    yield (t.level, t.stop) == (right, handle)


def rounding(t: Turned) -> Iterator[bool]:
    rim, low = t.ys
    lowest = min(t.low[t.xs[0] : t.bar + 1])
    yield low == lowest
    yield math.isclose(rim - lowest, t.height)
    yield t.bar - t.xs[0] >= 14
    yield (t.level, t.stop) == (rim, lowest)


def vee(t: Turned) -> Iterator[bool]:
    start, low = t.ys
    legs = (t.xs[1] - t.xs[0], t.bar - t.xs[1])
    before = range(max(t.xs[0] - legs[0], 0), t.xs[0] + 1)
    yield math.isclose(start - low, t.height)
    yield share(*legs) >= 0.5
    yield 16 <= t.bar - t.xs[0] <= 128
    yield (t.level, t.stop) == (start, low)
    yield max(t.high[j] for j in before) <= start + t.height * (0.85 + NEAR)
    yield min(t.low[j] for j in before) >= start - t.height * (0.85 + NEAR)
    yield close_to_polygon(t, t.height, 0.15)


def close_to_polygon(t: Turned, height: float, farthest: float) -> bool:
    expected = max(1.0 - t.rms_of_legs() / (farthest * height), 0.0)
    return math.isclose(t.find.closeness, expected, rel_tol=1e-6, abs_tol=1e-9)


RULES: dict[str, Callable[[Turned], Iterator[bool]]] = {
    **dict.fromkeys(("Double_Top", "Double_Bottom"), double),
    **dict.fromkeys(("Triple_Top", "Triple_Bottom"), triple),
    **dict.fromkeys(("Head_And_Shoulders", "Inverse_Head_And_Shoulders"), shoulders),
    **dict.fromkeys(("Ascending_Triangle", "Descending_Triangle"), between_lines),
    **dict.fromkeys(("Symmetrical_Triangle", "Rising_Wedge", "Falling_Wedge"), between_lines),
    **dict.fromkeys(("Rectangle", "Channel"), between_lines),
    **dict.fromkeys(("Flag", "Pennant"), flown),
    "Cup_And_Handle": cup,
    "Rounding_Bottom": rounding,
    **dict.fromkeys(("V_Top", "V_Bottom"), vee),
}


def common(t: Turned) -> Iterator[bool]:
    """Check what every pattern promises."""
    find = t.find
    vertices = t.points if find.pattern not in {"Rounding_Bottom", "Cup_And_Handle"} else []
    yield all(a < b for a, b in zip(t.xs, [*t.xs[1:], t.bar], strict=True))
    yield all(y in {t.high[x], t.low[x]} for x, y in vertices)
    yield t.close[t.bar] > t.level > t.stop
    yield min(t.low[x] for x in range(t.xs[-1] + 1, t.bar + 1)) >= t.stop
    yield math.isclose(t.target, t.level + t.height, rel_tol=NEAR)
    yield math.isclose(find.fit, math.sqrt(find.closeness * find.evenness), rel_tol=NEAR)
    yield math.isclose(find.entry, t.sign * t.close[t.bar])
    yield find.confidence == confidence_of(find)


def confidence_of(find: ChartFind) -> float:
    """Return the confidence of a find's own fit, volume and size, to two decimals."""
    volume = find.relative_volume**2 / (1.0 + find.relative_volume**2)
    score = 0.5 * find.fit + 0.4 * volume + 0.1 * find.size / (1.0 + find.size)
    return math.floor(score * 100.0 + 0.5) / 100.0


def complaints(bars: Array, find: ChartFind) -> list[str]:
    """Return which checks of a find fail, none when it is what it says."""
    turned = Turned(bars, find)
    checks = [("common", common), (find.pattern, RULES[find.pattern])]
    return [
        f"{name} {place}"
        for name, rule in checks
        for place, holds in enumerate(rule(turned))
        if not holds
    ]
