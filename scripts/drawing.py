"""Draw bars, and what a signal saw in them, as a small SVG; the same numbers, the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from pl.market.batches import Float64

WIDTH: Final = 560
HEIGHT: Final = 250
LEFT: Final = 8.0
RIGHT: Final = 500.0
TOP: Final = 12.0
BOTTOM: Final = 186.0
STRIP_TOP: Final = 194.0
STRIP_BOTTOM: Final = 230.0
MANY_BARS: Final = 70

UP: Final = "#1a7f6b"
DOWN: Final = "#c2453d"
INK: Final = "#3b4252"
FAINT: Final = "#d9dde5"
LINE: Final = "#3061c9"
LEVEL: Final = "#b7791f"
OVERLAYS: Final = ("#7a4fb5", "#b7791f", "#3061c9")

Point = tuple[float, float]
"""A bar's place among those drawn, and a price in USD."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Hold what is drawn.

    bars : (n, 5) open, high, low, close, volume; first, last : places of the bars that make the
    signal; direction : bullish, bearish or neutral; level : a price, None without one;
    outline : a line through the turns; lines : pairs of ends; overlays : (n,) each by name, on the
    prices; strip : (n,) by name in place of the volume, None for the volume; dates : of the first
    and the last bar.
    """

    title: str
    bars: Float64
    first: int
    last: int
    direction: str
    dates: tuple[str, str]
    level: float | None = None
    outline: tuple[Point, ...] = ()
    lines: tuple[tuple[Point, Point], ...] = ()
    overlays: tuple[tuple[str, Float64], ...] = ()
    strip: tuple[str, Float64] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Map places and prices to the paper; `low` and `high` are the ends of the prices."""

    n: int
    low: float
    high: float

    def whole(self, value: float) -> str:
        """Return a coordinate of a bar's: to a tenth, of many bars to a whole one."""
        return f"{value:.0f}" if self.n > MANY_BARS else number(value)

    @property
    def step(self) -> float:
        """Return the width of a bar."""
        return (RIGHT - LEFT) / self.n

    def x(self, place: float) -> str:
        """Return the middle of a bar."""
        return self.whole(LEFT + (place + 0.5) * self.step)

    def y(self, price: float) -> str:
        """Return the height of a price."""
        return self.whole(BOTTOM - (price - self.low) / (self.high - self.low) * (BOTTOM - TOP))


def number(value: float) -> str:
    """Return a coordinate to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def draw(drawing: Drawing) -> str:
    """Return the drawing as SVG."""
    scale = scale_of(drawing)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif" font-size="10" fill="none">'
        ),
        f"<title>{escape(drawing.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="4" fill="#fff"/>',
        *axes(drawing, scale),
        band(drawing, scale),
        *candles(drawing.bars, scale),
        *strip(drawing, scale),
        *overlays(drawing, scale),
        *lines(drawing, scale),
        mark(drawing, scale),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def scale_of(drawing: Drawing) -> Scale:
    """Return the scale that shows every bar, line and level."""
    seen = [*drawing.bars[:, 1], *drawing.bars[:, 2]]
    seen += [price for _, price in drawing.outline]
    seen += [price for line in drawing.lines for _, price in line]
    seen += [value for _, values in drawing.overlays for value in values if np.isfinite(value)]
    if drawing.level is not None:
        seen.append(drawing.level)
    low, high = min(seen), max(seen)
    room = 0.07 * (high - low)
    return Scale(len(drawing.bars), float(low - room), float(high + room))


def axes(drawing: Drawing, scale: Scale) -> list[str]:
    """Return the price lines with their labels, and the dates."""
    parts = []
    for share in (0.1, 0.5, 0.9):
        price = scale.low + share * (scale.high - scale.low)
        y = scale.y(price)
        parts.append(f'<path d="M{number(LEFT)} {y}H{number(RIGHT)}" stroke="{FAINT}"/>')
        parts.append(text(RIGHT + 6, float(y) + 3, f"{price:,.2f}"))
    parts.append(text(LEFT, HEIGHT - 6, drawing.dates[0]))
    parts.append(text(RIGHT, HEIGHT - 6, drawing.dates[1], "end"))
    return parts


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK) -> str:
    """Return a label."""
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{number(x)}" y="{number(y)}" fill="{colour}"{side}>{escape(words)}</text>'


def band(drawing: Drawing, scale: Scale) -> str:
    """Return the light ground behind the bars that make the signal."""
    left = LEFT + drawing.first * scale.step
    width = (drawing.last - drawing.first + 1) * scale.step
    return (
        f'<rect x="{number(left)}" y="{number(TOP)}" width="{number(width)}" '
        f'height="{number(STRIP_BOTTOM - TOP)}" fill="#f0f3f9"/>'
    )


def candles(bars: Float64, scale: Scale) -> list[str]:
    """Return wicks and bodies, the rising bars and the falling ones."""
    parts = []
    least = (scale.high - scale.low) / (BOTTOM - TOP)
    rising = bars[:, 3] >= bars[:, 0]
    for colour, chosen in ((UP, np.flatnonzero(rising)), (DOWN, np.flatnonzero(~rising))):
        wicks, bodies = "", ""
        for i in chosen:
            first, high, low, last = (float(price) for price in bars[i, :4])
            top, bottom = max(first, last), min(first, last)
            if top - bottom < least:
                top, bottom = top + 0.5 * least, bottom - 0.5 * least
            wicks += f"M{scale.x(i)} {scale.y(high)}V{scale.y(low)}"
            bodies += f"M{scale.x(i)} {scale.y(top)}V{scale.y(bottom)}"
        if wicks:
            parts.append(f'<path d="{wicks}" stroke="{colour}"/>')
            width = number(0.66 * scale.step)
            parts.append(f'<path d="{bodies}" stroke="{colour}" stroke-width="{width}"/>')
    return parts


def strip(drawing: Drawing, scale: Scale) -> list[str]:
    """Return the volume, or the line that takes its place, below the bars."""
    tall = STRIP_BOTTOM - STRIP_TOP
    if drawing.strip is None:
        most = max(float(drawing.bars[:, 4].max()), 1.0)
        path = "".join(
            f"M{scale.x(i)} {number(STRIP_BOTTOM)}v{scale.whole(-tall * volume / most)}"
            for i, volume in enumerate(drawing.bars[:, 4].tolist())
            if volume > 0.0
        )
        width = number(0.66 * scale.step)
        bars = f'<path d="{path}" stroke="#aeb6c4" stroke-width="{width}"/>'
        return [bars, text(RIGHT + 6, STRIP_BOTTOM, "volume")]
    name, values = drawing.strip
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    heights = STRIP_BOTTOM - tall * (values - low) / max(high - low, 1e-12)
    points = [(scale.x(i), number(float(y))) for i, y in enumerate(heights) if np.isfinite(y)]
    return [polyline(points, OVERLAYS[0]), text(RIGHT + 6, STRIP_BOTTOM, name)]


def overlays(drawing: Drawing, scale: Scale) -> list[str]:
    """Return the indicators on the prices, with their names at the right end."""
    parts = []
    for (name, values), colour in zip(drawing.overlays, OVERLAYS, strict=False):
        shown = [(scale.x(i), scale.y(float(v))) for i, v in enumerate(values) if np.isfinite(v)]
        if shown:
            parts.append(polyline(shown, colour))
            parts.append(text(LEFT + 2, TOP + 10 * (1 + len(parts) // 2), name, colour=colour))
    return parts


def polyline(points: Sequence[tuple[str, str]], colour: str) -> str:
    """Return a line through points of the paper."""
    return f'<path d="M{"L".join(f"{x} {y}" for x, y in points)}" stroke="{colour}"/>'


def lines(drawing: Drawing, scale: Scale) -> list[str]:
    """Return the level, the pattern's lines and the turns."""
    parts = []
    if drawing.level is not None:
        y = scale.y(drawing.level)
        parts.append(
            f'<path d="M{number(LEFT)} {y}H{number(RIGHT)}" stroke="{LEVEL}" '
            f'stroke-dasharray="4 3"/>'
        )
    for (x0, y0), (x1, y1) in drawing.lines:
        ends = [(scale.x(x0), scale.y(y0)), (scale.x(x1), scale.y(y1))]
        parts.append(polyline(ends, LEVEL))
    if drawing.outline:
        turns = [(scale.x(place), scale.y(price)) for place, price in drawing.outline]
        parts.append(polyline(turns, LINE))
        parts += [f'<circle cx="{x}" cy="{y}" r="2.5" fill="{LINE}"/>' for x, y in turns]
    return parts


def mark(drawing: Drawing, scale: Scale) -> str:
    """Return the arrow at the bar that closed, on the side its direction comes from."""
    x = float(scale.x(drawing.last))
    high, low = (float(drawing.bars[drawing.last, column]) for column in (1, 2))
    if drawing.direction == "bullish":
        return arrow(x, float(scale.y(low)) + 4, 7.0, UP)
    colour = DOWN if drawing.direction == "bearish" else INK
    return arrow(x, float(scale.y(high)) - 4, -7.0, colour)


def arrow(x: float, y: float, length: float, colour: str) -> str:
    """Return an arrow head whose tip is at (x, y)."""
    return f'<path d="M{number(x)} {number(y)}l4 {number(length)}h-8z" fill="{colour}"/>'
