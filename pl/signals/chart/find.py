"""Read a sketch as a find: its geometry, levels, numbers and the sentence that explains it."""

from dataclasses import dataclass

from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.chart import sketch
from pl.signals.chart.confidence import CONFIRMING_VOLUME
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.chart.scan import scan
from pl.signals.pattern import price_text

Point = tuple[int, float]


@dataclass(frozen=True, slots=True)
class ChartFind:
    """Hold one find at the bar whose close broke out, or one that is forming.

    Positions are bar indices, prices USD.

    direction : 1 broke up, -1 down; points : the pivots, oldest first; lines : from and to;
    level : the line's price at the bar; stop : a price beyond it invalidates the find;
    target : the measured move; size : height over the span of a random walk.
    """

    pattern: str
    direction: int
    bar: int
    fit: float
    closeness: float
    evenness: float
    confidence: float
    points: tuple[Point, ...]
    lines: tuple[tuple[Point, Point], ...]
    entry: float
    level: float
    stop: float
    target: float
    height: float
    relative_volume: float
    size: float
    scale: int
    forming: bool

    @property
    def volume_confirms(self) -> bool:
        """Tell whether the break came on at least 1.2 times the usual volume."""
        return self.relative_volume >= CONFIRMING_VOLUME

    @property
    def n_bars(self) -> int:
        """Return the bars from the first pivot to the break."""
        return self.bar - self.points[0][0]

    def levels(self) -> dict[str, float]:
        """Return entry, stop and target, without a target below zero.

        What is still forming is entered at the level.
        """
        levels = {"entry": self.level if self.forming else self.entry, "stop": self.stop}
        return {**levels, "target": self.target} if self.target > 0.0 else levels

    def reason(self) -> str:
        """Say in one sentence why it fired, from its own numbers."""
        name = self.pattern.replace("_", " ")
        beyond = "above" if self.direction > 0 else "below"
        if self.forming:
            return (
                f"{name} over {self.n_bars} bars, {self._height_text()} high, is forming: "
                f"complete {beyond} {price_text(self.level)}, fit {self.fit:.2f}."
            )
        volume = "confirmed" if self.volume_confirms else "not confirmed"
        return (
            f"{name} over {self.n_bars} bars, {self._height_text()} high: closed at "
            f"{price_text(self.entry)}, {beyond} {price_text(self.level)}, fit {self.fit:.2f}, "
            f"{volume} by {self.relative_volume:.1f} times the usual volume."
        )

    def _height_text(self) -> str:
        """Return the height with the decimals of the prices around it."""
        cents = self.entry >= 1.0 and self.height >= 0.01
        return f"{self.height:,.2f}" if cents else f"{self.height:.6f}"


def read_find(row: Float64) -> ChartFind:
    """Return the find that a kernel wrote; `row` has shape (SIZE,)."""
    n_points, n_lines = int(row[sketch.N_POINTS]), int(row[sketch.N_LINES])
    xy = row[sketch.POINTS : sketch.POINTS + 2 * n_points].reshape(n_points, 2)
    ends = row[sketch.LINES : sketch.LINES + 4 * n_lines].reshape(n_lines, 2, 2)
    return ChartFind(
        pattern=CHART_NAMES[int(row[sketch.PATTERN])],
        direction=int(row[sketch.TURN]),
        bar=int(row[sketch.BAR]),
        fit=float(row[sketch.FIT]),
        closeness=float(row[sketch.CLOSENESS]),
        evenness=float(row[sketch.EVENNESS]),
        confidence=float(row[sketch.CONFIDENCE]),
        points=tuple(_point(xy[m]) for m in range(n_points)),
        lines=tuple((_point(ends[m, 0]), _point(ends[m, 1])) for m in range(n_lines)),
        entry=float(row[sketch.ENTRY]),
        level=float(row[sketch.LEVEL]),
        stop=float(row[sketch.STOP]),
        target=float(row[sketch.TARGET]),
        height=float(row[sketch.HEIGHT]),
        relative_volume=float(row[sketch.VOLUME]),
        size=float(row[sketch.CONTEXT]),
        scale=int(row[sketch.SCALE]),
        forming=bool(row[sketch.FORMING]),
    )


def find_charts(bars: Bars) -> list[ChartFind]:
    """Return the chart patterns of one symbol's history, oldest first.

    bars : (n_bars, 6) float64 as `pl.signals.bars` has them, oldest first.
    """
    return [read_find(row) for row in scan(bars)]


def _point(xy: Float64) -> Point:
    return int(xy[0]), float(xy[1])
