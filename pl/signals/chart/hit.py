"""Name the numbers of a chart pattern as the signal log needs them."""

from typing import Final, NamedTuple

from pl.signals.chart.find import ChartFind
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.hits import Hit

FIRST_NUMBER: Final = 1000
"""Chart patterns are numbered from here on, behind all others."""


class ChartHit(NamedTuple):
    """Hold a chart pattern that the close of a bar completed.

    cause : which bar of the batch caused it; revision : a number that grows with each change of
    a bar not long before; times : starts of the pivots and of the bar, unix ms, oldest first;
    line_times : starts of the bars at which its lines end, two a line, unix ms.
    """

    cause: int
    row: int
    pattern: int
    direction: int
    revision: int
    times: tuple[int, ...]
    line_times: tuple[int, ...]
    volume: float
    previous_close: float
    find: ChartFind

    @property
    def name(self) -> str:
        """Return the pattern's name."""
        return CHART_NAMES[self.pattern - FIRST_NUMBER]

    @property
    def confidence(self) -> float:
        """Return how sure it is, 0-1."""
        return self.find.confidence

    @property
    def close(self) -> float:
        """Return the price at which the bar closed, USD."""
        return self.find.entry

    @property
    def forming(self) -> bool:
        """Tell whether its break is still to come."""
        return self.find.forming

    @property
    def relative_volume(self) -> float:
        """Return the mean volume of the breaking swing over that of the bars before."""
        return self.find.relative_volume

    @property
    def price_change(self) -> float:
        """Return the change against the close of the bar before, in percent."""
        return 100.0 * (self.close / self.previous_close - 1.0)

    def geometry(self) -> dict[str, object]:
        """Return what draws it: times in unix seconds, prices in USD.

        from, to : first pivot and breaking bar; level : the broken price; points : the pivots;
        lines : their ends, the last at the breaking bar.
        """
        find = self.find
        points = [price for _, price in find.points]
        ends = [price for line in find.lines for _, price in line]
        drawn = [_drawn(*end) for end in zip(self.line_times, ends, strict=True)]
        return {
            "from": self.times[0] / 1000.0,
            "to": self.times[-1] / 1000.0,
            "level": find.level,
            "points": [_drawn(*point) for point in zip(self.times, points, strict=False)],
            "lines": [drawn[m : m + 2] for m in range(0, len(drawn), 2)],
        }


Finding = Hit | ChartHit


def _drawn(time_ms: int, price: float) -> dict[str, float]:
    return {"time": time_ms / 1000.0, "price": price}
