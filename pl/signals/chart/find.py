"""Read a sketch as a find: its geometry, levels, numbers and the sentence that explains it."""

from dataclasses import dataclass

from pl.market.batches import Float64
from pl.signals.chart import sketch
from pl.signals.chart.confidence import CONFIRMING_VOLUME
from pl.signals.chart.fit import CLEARANCE
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.pattern import price_text, prices_apart

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

    @property
    def break_price(self) -> float:
        """Return the price beyond which a close at the bar breaks out, USD."""
        return self.level + self.direction * CLEARANCE * self.height

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
                f"{name} over {self.n_bars} bars, {self._height_text()} high, is forming: complete "
                f"by a close {beyond} {price_text(self.break_price)}, fit {self.fit:.2f}."
            )
        volume = "confirmed" if self.volume_confirms else "not confirmed"
        entry, level = prices_apart(self.entry, self.level)
        return (
            f"{name} over {self.n_bars} bars, {self._height_text()} high: closed at "
            f"{entry}, {beyond} {level}, fit {self.fit:.2f}, "
            f"{volume} by {self.relative_volume:.1f} times the usual volume."
        )

    def _height_text(self) -> str:
        """Return the height with the decimals of the prices around it."""
        cents = self.entry >= 1.0 and self.height >= 0.01
        return f"{self.height:,.2f}" if cents else f"{self.height:.6f}"


def read_find(row: Float64) -> ChartFind:
    """Return the find that a kernel wrote; `row` has shape (SIZE,)."""
    numbers: list[float] = row.tolist()
    n_points, n_lines = int(numbers[sketch.N_POINTS]), int(numbers[sketch.N_LINES])
    points = _points(numbers[sketch.POINTS : sketch.POINTS + 2 * n_points])
    ends = _points(numbers[sketch.LINES : sketch.LINES + 4 * n_lines])
    return ChartFind(
        pattern=CHART_NAMES[int(numbers[sketch.PATTERN])],
        direction=int(numbers[sketch.TURN]),
        bar=int(numbers[sketch.BAR]),
        fit=numbers[sketch.FIT],
        closeness=numbers[sketch.CLOSENESS],
        evenness=numbers[sketch.EVENNESS],
        confidence=numbers[sketch.CONFIDENCE],
        points=points,
        lines=tuple(zip(ends[::2], ends[1::2], strict=True)),
        entry=numbers[sketch.ENTRY],
        level=numbers[sketch.LEVEL],
        stop=numbers[sketch.STOP],
        target=numbers[sketch.TARGET],
        height=numbers[sketch.HEIGHT],
        relative_volume=numbers[sketch.VOLUME],
        size=numbers[sketch.CONTEXT],
        scale=int(numbers[sketch.SCALE]),
        forming=bool(numbers[sketch.FORMING]),
    )


def _points(numbers: list[float]) -> tuple[Point, ...]:
    return tuple(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
